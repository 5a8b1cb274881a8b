"""The import paths that stand for components in the names of runs.

Up to version 0.6.0 the import path of a component was hashed. Existing stores hold runs under these names, so these
components are still hashed by their old path. Never change a line. Other components are hashed by their stable name.
"""

_PATHS = {
    "pruning.magnitude": {"magnitude": "magnitude"},
    "pruning.change": {"change": "change"},
    "pruning.heads": {"heads": "heads"},
    "pruning.layerwise": {"layerwise": "uniform", "erk": "erk"},
    "pruning.movement": {"movement": "movement"},
    "pruning.random": {"random": "uniform"},
    "pruning.random_network": {"random_network": "random_network"},
    "pruning.redrawn": {"redrawn_by_matrix": "by_matrix"},
    "pruning.snip": {"snip": "snip"},
    "pruning.two_four": {"two_four": "two_four"},
    "initialization.pretrained": {"pretrained": "pretrained"},
    "initialization.random": {"random_weights": "random"},
    "initialization.rewound": {"rewound": "rewound"},
    "initialization.shuffled": {"shuffled_weights": "shuffled", "shuffled_layers": "whole_layers"},
    "tasks.classification": {"classification": "Classification"},
    "tasks.masked_lm": {"masked_lm": "MaskedLM"},
    "tasks.regression": {"regression": "Regression"},
    "tasks.span": {"span": "Span"},
}
HASHED_AS = {
    name: f"lightning_tickets.{module}.{function}"
    for module, functions in _PATHS.items()
    for name, function in functions.items()
}
_NAMES = {path: name for name, path in HASHED_AS.items()}


def stable_name(target: str) -> str:
    """The name of the component that a spec's ``target`` stands for."""
    return _NAMES.get(target, target)
