"""What each test costs, and which of them may be the slowest."""

from __future__ import annotations

from perftui.sandbox.protocol import TrialFact
from perftui.timing.calibrating import times_of

NULL = TrialFact(end="returned", first_ns=(10, 10, 10))


def readings(*trials: tuple[int, ...]) -> list[TrialFact]:
    return [TrialFact(end="returned", first_ns=trial) for trial in trials]


def test_the_harness_is_taken_off_and_shares_are_of_the_whole() -> None:
    found = times_of(("t1", "t2", "t3"), readings((110, 310, 10)), [NULL])
    assert [(one.name, one.cpu_ns, one.share) for one in found] == [
        ("t1", 100, 0.25),
        ("t2", 300, 0.75),
        ("t3", 0, 0.0),
    ]


def test_a_test_that_was_as_slow_in_one_process_is_level_with_the_slowest() -> None:
    trials = readings((100, 200, 190), (120, 220, 230), (110, 210, 180))
    assert [one.level for one in times_of(("t1", "t2", "t3"), trials, [NULL] * 3)] == [False, False, True]


def test_a_machine_that_changes_its_speed_between_processes_makes_no_rivals() -> None:
    trials = readings((100, 200, 20), (500, 1000, 100), (100, 200, 20))
    assert [one.level for one in times_of(("t1", "t2", "t3"), trials, [NULL] * 3)] == [False, False, False]


def test_without_a_figure_for_each_there_is_none() -> None:
    assert times_of(("t1", "t2"), readings((1, 2, 3)), [NULL]) == ()
    assert times_of((), readings(()), [TrialFact(end="returned")]) == ()
