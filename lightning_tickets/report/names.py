"""Display names of rows, tasks and metrics; an unknown name is shown unchanged."""

from lightning_tickets.published.numbers import TASKS as TASKS
from lightning_tickets.published.numbers import task_name as task_name

FULL = "full"
ACROSS = "Trained and scored on"  # what the columns of a map of differences are

METRICS = {
    "accuracy": "accuracy",
    "matched_accuracy": "matched acc.",
    "mismatched_accuracy": "mismatched acc.",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "matthews": "Matthews",
    "f1": "F1",
}

ROWS = {
    FULL: "f_BERT (full network)",
    "imp": "m_IMP ⊙ θ₀ (IMP)",
    "random_mask": "m_RP ⊙ θ₀ (random mask)",
    "rewound": "m_IMP ⊙ θ_i (rewound)",
    "random_mask_ticket_ratios": "m_RP ⊙ θ₀ (the ticket's layer ratios)",
    "random_mask_network_ratios": "m_RP ⊙ θ₀ (a random network's layer ratios)",
    "random_weights": "m_IMP ⊙ θ₀′ (random weights)",
    "shuffled_weights": "m_IMP ⊙ θ₀″ (shuffled weights)",
    "random_weights_same_embeddings": "m_IMP ⊙ θ₀′ (random weights, θ₀'s embeddings)",
    "shuffled_layers": "m_IMP ⊙ θ₀″ (shuffled layers)",
    "one_shot": "m_OMP ⊙ θ₀ (one-shot mask)",
    "snip": "m_SNIP ⊙ θ₀ (SNIP)",
    "rewind_0": "rewound to θ₀",
    "rewind_0.05": "rewound to 5 % of training",
    "rewind_0.10": "rewound to 10 % of training",
    "rewind_0.20": "rewound to 20 % of training",
    "rewind_0.50": "rewound to 50 % of training",
    "rate_rewinding_0.50": "rate rewound to 50 % of training, weights kept",
    "standard_pruning": "standard pruning (no rewinding)",
    "imp_mlm": "MLM's m_IMP ⊙ θ₀",
    "imp_mlm_0.0536": "MLM's m_IMP ⊙ θ₀, 5.36 % of its examples",
    "imp_mlm_0.421": "MLM's m_IMP ⊙ θ₀, 42.1 % of its examples",
    "imp_mlm_0.5541": "MLM's m_IMP ⊙ θ₀, 55.41 % of its examples",
    "mlm_aliased": "MLM, never rewound (the alias)",
    "mlm_released": "MLM, the whole released search",
    "magnitude": "global magnitude",
    "layerwise": "magnitude by layer, uniform",
    "erk": "magnitude by layer, ERK",
    "change": "change of magnitude",
    "movement": "movement",
    "tamt": "mask training (TAMT)",
    "tamt_mlm": "MLM's mask training (TAMT)",
    "obert": "second order (oBERT's criterion)",
    "two_four": "2:4, magnitude",
    "heads": "whole heads, then magnitude",
    "random": "random",
}

SYMBOLS = {  # in LaTeX, the paper's
    FULL: r"$f(x, \theta_0)$",
    "imp": r"$m_{\mathrm{IMP}} \odot \theta_0$",
    "random_mask": r"$m_{\mathrm{RP}} \odot \theta_0$",
    "rewound": r"$m_{\mathrm{IMP}} \odot \theta_i$",
    "random_mask_ticket_ratios": r"$m_{\mathrm{RP}} \odot \theta_0$ (ticket's ratios)",
    "random_mask_network_ratios": r"$m_{\mathrm{RP}} \odot \theta_0$ (network's ratios)",
    "random_weights": r"$m_{\mathrm{IMP}} \odot \theta_0'$",
    "shuffled_weights": r"$m_{\mathrm{IMP}} \odot \theta_0''$",
    "random_weights_same_embeddings": r"$m_{\mathrm{IMP}} \odot \theta_0'$ (same embeddings)",
    "shuffled_layers": r"$m_{\mathrm{IMP}} \odot \theta_0''$ (layers)",
    "one_shot": r"$m_{\mathrm{OMP}} \odot \theta_0$",
}


def metric_name(metric: str) -> str:
    return METRICS.get(metric, metric)


def row_name(row: str) -> str:
    """A row of a transfer table is the task, or the mix of tasks, that its ticket comes from."""
    return ROWS.get(row, " + ".join(map(task_name, row.split("+"))))
