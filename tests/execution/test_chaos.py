"""The short form of tests/chaos.py."""

from tests.chaos import chaos


def test_nothing_is_lost_whoever_is_killed():
    outcome = chaos(instants=4, seed=1)
    assert sum(outcome.kills.values()) == 4 and outcome.artefacts >= 6 * 4
    assert outcome.wrong == []
