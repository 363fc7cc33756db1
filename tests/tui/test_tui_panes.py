from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.reduce import replay
from perftui.problems.model import Comparison, TestCase
from perftui.timing.model import Trial
from perftui.tui.feed import Picture
from perftui.tui.glyphs import Glyphs
from perftui.tui.panes.diff import change_count, diff_lines, program_lines
from perftui.tui.panes.exchange import reply_lines
from perftui.tui.panes.results import result_lines
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.timings import timing_lines
from perftui.tui.panes.trials import far_off, order_plot, trial_plot
from perftui.tui.panes.why import why_lines
from perftui.tui.text import Line
from tests.tui.fakes import FAST, NOW, SLOW, full_run, make_measurement, make_problem, make_trials

PROGRAMS = st.lists(st.sampled_from(["x = 1", "    y = '[b]'", "", "# z", "return x"]), max_size=30).map(
    "\n".join
)


def _view(problem: str, chain: int = 0, round_: int = 0) -> RoundView:
    state = replay(full_run())
    found = state.problems[problem]
    return RoundView(
        picture=Picture(state=state, now=NOW, glyphs=Glyphs()),
        problem=found,
        chain=found.chains[chain],
        round=found.chains[chain].rounds[round_],
        source=make_problem(problem),
        trials=make_trials(),
    )


def _text(lines: list[Line]) -> str:
    return "\n".join(line.content.plain for line in lines)


@given(PROGRAMS, PROGRAMS)
def test_a_diff_holds_both_programs_where_nothing_is_folded(old: str, new: str) -> None:
    lines = diff_lines(old, new)
    added, removed = change_count(lines)
    old_count, new_count = (
        len(text.rstrip("\n").split("\n")) if text.rstrip("\n") else 0 for text in (old, new)
    )
    if not any(line.tone == "skipped" for line in lines):
        assert len(lines) - added == old_count
        assert len(lines) - removed == new_count


def test_a_diff_marks_lines_with_signs_and_numbers_and_folds_what_is_far() -> None:
    far = "".join(f"line_{i} = {i}\n" for i in range(60))
    lines = diff_lines(far + SLOW, far + FAST)
    shown = _text(lines)
    assert "… 58 unchanged lines" in shown
    assert any(line.tone == "removed" and "63    - " in line.content.plain for line in lines)
    assert any(line.tone == "added" and "   63 + " in line.content.plain for line in lines)
    assert [line.tone for line in diff_lines(SLOW, SLOW)] == [""] * len(program_lines(SLOW))


def test_hostile_programs_are_shown_as_escapes() -> None:
    assert "\\x1b[2J" in _text(program_lines("x = '\x1b[2J'  # [red]"))
    assert "[red]" in _text(program_lines("x = '\x1b[2J'  # [red]"))


def test_of_many_passing_tests_the_first_are_shown_with_their_values() -> None:
    view = _view("HumanEval/0")
    assert view.source is not None
    case = view.source.tests[0]
    many = tuple(msgspec.structs.replace(case, name=f"t{i}") for i in range(500))
    source = msgspec.structs.replace(view.source, tests=many)
    assert view.round is not None
    assert view.round.verdict is not None
    result = view.round.verdict.results[0]
    results = tuple(msgspec.structs.replace(result, name=f"t{i}", passed=i != 499) for i in range(500))
    verdict = msgspec.structs.replace(view.round.verdict, results=results)
    round_ = msgspec.structs.replace(view.round, verdict=verdict)
    shown = _text(result_lines(RoundView(view.picture, view.problem, view.chain, round_, source)))
    assert shown.count("input") == 40
    assert shown.index("t499") < shown.index("t0 ")


def test_stdin_tests_are_shown_as_text() -> None:
    case = TestCase(name="t1", input="3\n1 2 3", expected="6", comparison=Comparison(kind="text"))
    view = _view("HumanEval/0")
    assert view.source is not None
    source = msgspec.structs.replace(view.source, tests=(case,), kind="stdin")
    shown = _text(result_lines(RoundView(view.picture, view.problem, view.chain, view.round, source)))
    assert "input    3\n             1 2 3" in shown
    assert "expected 6" in shown


def test_timings_show_every_ratio_the_floor_the_tests_the_trials_and_the_trust() -> None:
    shown = _text(timing_lines(_view("HumanEval/0", round_=2), 100))
    for words in (
        "against the reference",
        "against the seed",
        "baseline against itself",
        "noise floor",
        "1.04x",
    ):
        assert words in shown
    for words in ("t1       31 %", "raw trials", "candidate", "pinned  good to core 1", "load    good 0.4"):
        assert words in shown
    assert "┼" in shown


def test_what_is_not_timed_says_why() -> None:
    assert _text(timing_lines(_view("HumanEval/4"), 100)) == "not timed: only correct programs are"
    assert _text(timing_lines(_view("HumanEval/5"), 100)) == "measuring: 14 of 48 trials"
    assert _text(timing_lines(_view("HumanEval/9"), 100)) == "not timed: there is no verdict yet"


def test_flags_and_an_unmeasured_verdict_are_told() -> None:
    view = _view("HumanEval/0")
    assert view.round is not None
    measurement = msgspec.structs.replace(
        make_measurement(None), verdict="unmeasured", reason="too short", flags=("too-short", "busy")
    )
    round_ = msgspec.structs.replace(view.round, measurement=measurement)
    shown = _text(timing_lines(RoundView(view.picture, view.problem, view.chain, round_), 60))
    assert shown.startswith("unmeasured  too short")
    assert "load    bad  0.4 when it began; others used the machine; end what else runs" in shown
    assert "flag    bad  too-short; the work is too short for the clock" in shown


def test_the_plot_has_a_strip_an_arm_from_fastest_to_slowest() -> None:
    lines = _text(trial_plot(make_trials(), 100, Glyphs(plain=True))).splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["candidate", "best", "seed", "reference"]
    assert lines[0].index("O") < lines[1].index("O") < lines[2].index("O")
    assert trial_plot([], 100, Glyphs()) == []


def test_trials_far_from_the_others_are_marked_and_counted() -> None:
    steady = [Trial(arm="reference", block=at, cost_ns=1_000_000 + at) for at in range(12)]
    own = [Trial(arm="candidate", block=at, cost_ns=90_000 if at == 5 else 10_000 + at) for at in range(12)]
    lines = _text(order_plot([*steady, *own], 100, Glyphs(plain=True))).splitlines()
    assert [line.count("x") for line in lines[:5]] == [1, 0, 0, 0, 0]
    assert lines[4].count(".") - lines[4].split("|")[0].count(".") == 11
    assert lines[-1].startswith("x far from the others: 1 of 12 of the candidate;")
    assert "reference" in lines[7]
    assert order_plot(own, 100, Glyphs()) == []


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=60))
def test_fewer_than_half_of_the_trials_are_far_from_the_others(costs: list[int]) -> None:
    assert 2 * sum(far_off(costs)) <= len(costs)


def test_a_second_measurement_stands_beside_the_first() -> None:
    view = _view("HumanEval/0", round_=2)
    assert view.round is not None
    round_ = msgspec.structs.replace(view.round, again=(make_measurement(2.0, 2.0),))
    shown = _text(timing_lines(RoundView(view.picture, view.problem, view.chain, round_), 100))
    assert "measured again by hand; its interval lies apart from the first: do not trust either" in shown
    assert shown.count("against the reference") == 2


def test_why_names_the_outcome_the_verdict_the_speed_and_what_goes_on() -> None:
    shown = _text(why_lines(_view("HumanEval/0", round_=2)))
    assert "★ kept, and beats the reference: faster than the best so far: 12.4x" in shown
    assert "48.2x [44.8–51.6] against the reference; slowest test t1, 31 %" in shown
    assert "backing off: 429: rate limited, attempt 2" in _text(why_lines(_view("HumanEval/9")))


def test_what_was_noted_of_a_reply_stands_over_it() -> None:
    view = _view("HumanEval/0")
    assert view.round is not None
    noted = msgspec.structs.replace(view.round, note="the reply ends in the middle of its code")
    shown = _text(reply_lines(RoundView(view.picture, view.problem, view.chain, noted)))
    assert "the reply ends in the middle of its code" in shown.splitlines()[1]
