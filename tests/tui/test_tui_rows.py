from __future__ import annotations

import re

from perftui.events import model as ev
from perftui.refine.chain import Outcome
from perftui.tui.feed import Feed
from perftui.tui.filtering import read_filter
from perftui.tui.glyphs import Glyphs
from perftui.tui.rows import RowMaker, sort_rows
from perftui.tui.totals import header
from tests.tui.fakes import NOW, RUN, FakeSession, full_run, make_ask


def _feed(*, live: bool = True) -> Feed:
    feed = Feed(FakeSession(full_run(), live=live), glyphs=Glyphs(), clock=lambda: NOW)
    while feed.poll() and feed.loading:
        pass
    return feed


def test_a_problem_that_did_not_change_keeps_its_very_row() -> None:
    feed, maker = _feed(), RowMaker()
    before = maker.rows(feed.picture())
    feed.session.feed(ev.ReplyText(run=RUN, problem="HumanEval/2", chain=0, round=1, text="x"))
    feed.session.feed(
        ev.MeasureProgress(run=RUN, problem="HumanEval/5", chain=0, round=0, done=15, planned=48)
    )
    feed.poll()
    after = maker.rows(feed.picture())
    assert [row.key for old, row in zip(before, after, strict=True) if row != old] == ["HumanEval/5"]
    same = {row.key for old, row in zip(before, after, strict=True) if row is old}
    assert {"HumanEval/0", "HumanEval/3", "HumanEval/13"} <= same


def test_rows_sort_by_gain_work_age_and_trouble() -> None:
    rows = RowMaker().rows(_feed().picture())
    assert sort_rows(rows, "gain")[0].key == "HumanEval/0"
    assert all(row.working for row in sort_rows(rows, "state")[:6])
    longest = sort_rows(rows, "longest")
    assert [row.since for row in longest[:3]] == sorted(row.since for row in longest[:3])
    assert [row.key for row in sort_rows(rows, "flagged")[:3]] == [
        "HumanEval/3",
        "HumanEval/6",
        "HumanEval/4",
    ]
    assert sort_rows(reversed(rows), "order") == rows


def test_a_filter_wants_every_word_whatever_its_case() -> None:
    rows = RowMaker().rows(_feed().picture())
    assert [row.key for row in read_filter("WRONG t1").rows(rows)] == ["HumanEval/4"]
    assert [row.key for row in read_filter("suspected").rows(rows)] == ["HumanEval/3"]
    assert len(read_filter("  ").rows(rows)) == len(rows)


def test_a_gain_is_not_claimed_for_what_is_flagged_same_or_slower() -> None:
    rows = {row.key: row for row in RowMaker().rows(_feed().picture())}
    assert rows["HumanEval/0"].faster
    assert not rows["HumanEval/1"].faster
    assert rows["HumanEval/1"].vs_reference.startswith("same")
    assert rows["HumanEval/3"].vs_reference == "suspected cheating"


def test_the_header_has_its_figures_at_every_width() -> None:
    picture = _feed().picture()
    for width in range(60, 220, 7):
        lines = header(picture, width)
        assert len(lines) == (3 if width < 100 else 4)
        assert all(line.cell_length < width for line in lines)
        assert any("6.91x" in line.plain for line in lines)


def _status_line(feed: Feed, width: int) -> str:
    while feed.poll() or feed.loading:
        pass
    return header(feed.picture(), width)[0].plain


def test_an_eta_is_a_range_where_there_is_room() -> None:
    assert re.search(r"ETA \d+–\d+ min$", _status_line(_feed(), 140).rstrip())
    assert re.search(r"ETA \d+ min$", _status_line(_feed(), 80).rstrip())


def test_an_eta_measures_the_pace_of_this_session() -> None:
    feed = _feed()
    feed.session.feed(ev.RunPaused(seq=900, run=RUN, at=NOW - 10))
    assert "ETA" not in _status_line(feed, 140)
    feed.session.feed(ev.RunUnpaused(seq=901, run=RUN, at=NOW - 5))
    assert "ETA" not in _status_line(feed, 140)
    for round_ in range(6):
        outcome = Outcome(kind="same", reason="")
        where = {"run": RUN, "problem": "HumanEval/12", "chain": 0, "round": round_}
        feed.session.feed(ev.ActionTaken(ask=make_ask("base", "base"), **where))
        feed.session.feed(ev.RoundEnded(outcome=outcome, **where))
    assert re.search(r"ETA \d–\d min$", _status_line(feed, 140).rstrip())
    feed.session.feed(ev.RunEnded(seq=999, run=RUN, how="done"))
    assert "ETA" not in _status_line(feed, 140)


def test_a_feed_without_control_or_after_the_end_commands_nothing() -> None:
    assert not _feed(live=False).picture().commandable
    feed = _feed()
    assert feed.picture().commandable
    feed.session.feed(ev.RunEnded(seq=900, run=RUN, how="done"))
    feed.poll()
    feed.step("HumanEval/2", on=True)
    assert feed.control is None
    assert feed.session.commands == []


def test_a_long_past_is_folded_in_bounded_steps() -> None:
    feed = Feed(FakeSession(full_run() * 400), glyphs=Glyphs(), clock=lambda: NOW)
    feed.poll()
    assert feed.picture().loading
    while feed.loading:
        feed.poll()
    assert len(feed.state.problems) == 14
