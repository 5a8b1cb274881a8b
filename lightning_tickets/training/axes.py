"""The axes of the curves in W&B."""

STEP = "trainer/global_step"  # the training's own; Lightning's logger has it under this name
ROUND = "round"  # of a search
