"""Run names as literals: a change here renames every run there is, and has to be meant."""

from dataclasses import replace

from lightning_tickets.pruning.schedule import Linear
from lightning_tickets.tickets.problem import Component, Data, Model, Problem, Task
from lightning_tickets.tickets.spec import DrawnMask, Run, Search, TicketMask
from lightning_tickets.training.config import Training

KIND = Component("classification", 1, (("labels", 2),))
PROBLEM = Problem(
    Task("cola", KIND, "matthews"),
    Data("pocket", "generated-1"),
    Model("pocket", "0123456789abcdef"),
    Training(200, None, 32, 48, 1e-3, 1e-2),
)
MAGNITUDE = Component("magnitude", 1)
PRETRAINED = Component("pretrained", 1)
UNIFORM = Component("random", 1)
SEARCH = Search(PROBLEM, MAGNITUDE, Linear(), 0)

NAMES = {
    "cola-full-seed1-764c3856": Run("full", PROBLEM, None, PRETRAINED, 1),
    "cola-imp-s70-seed1-b0495a06": Run("imp", PROBLEM, TicketMask(SEARCH, 70), PRETRAINED, 1),
    "cola-random-mask-s50-seed2-65f6d489": Run("random_mask", PROBLEM, DrawnMask(UNIFORM, 50), PRETRAINED, 2),
}


def test_a_run_is_called():
    assert [run.name for run in NAMES.values()] == [*NAMES]


def test_a_ticket_lies_in_its_chains_folder():
    assert TicketMask(SEARCH, 30).name == "find-cola-imp-seed0-e194de19/round-03"
    assert TicketMask(SEARCH, 90).name == "find-cola-imp-seed0-e194de19/round-09"


def test_a_default_is_left_out_of_the_name_and_its_change_is_not():
    same = replace(PROBLEM, training=replace(PROBLEM.training, clip=1.0))
    other = replace(PROBLEM, training=replace(PROBLEM.training, clip=2.0))
    assert Search(same, MAGNITUDE, Linear(), 0).name == SEARCH.name
    assert Search(other, MAGNITUDE, Linear(), 0).name != SEARCH.name
