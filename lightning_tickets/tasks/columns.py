"""What the metrics of each kind of task are made of, one value per example. No torch here: planning checks it."""

COLUMNS = {
    "classification": ("guess", "label"),
    "regression": ("guess", "target"),
    "span": ("id", "guess", "gold", "f1", "exact_match"),
    "masked_lm": ("right", "asked"),
}
