from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.reduce import replay
from perftui.store.replaying import LONGEST_GAP, ReplaySession, timeline
from tests.tui.fakes import full_run

EVENTS = [event for event in full_run() if event.seq]
times = st.lists(st.floats(0, 1e6), max_size=20).map(sorted)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def session(speed: float = 1.0) -> tuple[ReplaySession, Clock]:
    clock = Clock()
    return ReplaySession("r7k2", EVENTS, speed, monotonic=clock), clock


@given(times)
def test_played_times_rise_and_no_gap_is_long(times: list[float]) -> None:
    played = timeline(times)
    assert len(played) == len(times)
    gaps = [b - a for a, b in pairwise(played)]
    assert all(0 <= gap <= LONGEST_GAP + 1e-6 for gap in gaps)


def test_events_come_at_their_times_and_all_of_them_once() -> None:
    player, clock = session()
    got = list(player.drain())
    while not player.at_end:
        clock.now += 7
        got += player.drain()
    assert got == EVENTS


def test_twice_as_fast_takes_half_as_long_and_a_change_of_speed_moves_nothing() -> None:
    player, clock = session(speed=2)
    clock.now = 5
    at = player.clock()
    player.set_speed(60)
    assert player.clock() == at
    slow, other = session()
    other.now = 10
    assert slow.clock() == at


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9])
def test_to_seek_is_to_have_played_to_there(share: float) -> None:
    player, clock = session(speed=1000)
    clock.now = 50
    player.drain()
    at = player.begin + share * (player.end - player.begin)
    before = player.start
    player.seek(at)
    assert player.start is not before
    expected = replay([event for event in EVENTS if event.at <= at])
    assert player.start == expected
    player.play(on=True)
    rest = []
    while not player.at_end:
        clock.now += 5
        rest += player.drain()
    assert len(rest) == sum(event.at > at for event in EVENTS)


def test_what_is_stopped_stands_still_and_begins_anew_at_the_end() -> None:
    player, clock = session()
    player.play(on=False)
    clock.now = 100
    assert player.drain() == EVENTS[:1]
    assert player.drain() == []
    player.seek(player.end)
    player.play(on=True)
    assert player.clock() == player.begin
