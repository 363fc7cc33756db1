from __future__ import annotations

import msgspec
import pytest

from perftui.errors import BadInputError
from perftui.events import model as ev
from perftui.events.forking import check_origin, plan_of_fork, prefix_of
from perftui.events.plan import Fork, Origin
from perftui.events.reduce import replay
from perftui.events.state import RunState
from tests.tui.fakes import RUN, full_run

EVENTS = [event for event in full_run() if event.seq]
STATE = replay(EVENTS)
ORIGIN = Origin(run=RUN, problem="HumanEval/0", attempt=1, chain=0, round=1)


def forked(fork: Fork) -> RunState:
    plan = plan_of_fork(STATE.plan, fork)
    heads = (STATE.problems[fork.origin.problem].head,)
    start = ev.RunStarted(run="fork", plan=plan, environment=STATE.environment, heads=heads)
    return replay([start, *prefix_of(EVENTS, fork)])


def test_a_fork_begins_with_the_rounds_up_to_its_origin_and_pays_for_none() -> None:
    state = forked(Fork(origin=ORIGIN, chains=2))
    problem = state.problems["HumanEval/0"]
    was = STATE.problems["HumanEval/0"].chains[0].rounds[:2]
    for chain in problem.chains:
        assert [r.code for r in chain.rounds] == [r.code for r in was]
        assert [r.outcome for r in chain.rounds] == [r.outcome for r in was]
        assert chain.ended is None
    assert problem.reference_candidate == "ref"
    assert (state.spent.calls, state.spent.judged, state.spent.measured) == (0, 0, 0)
    assert state.spent.reused == 4


def test_what_is_named_is_different_and_the_rest_is_as_it_was() -> None:
    plan = plan_of_fork(STATE.plan, Fork(origin=ORIGIN, model="test/other", temperature=0.9))
    assert (plan.model, plan.base_url, plan.prices) == ("test/other", None, None)
    assert plan.settings.refine_temperature == plan.settings.base_temperature == 0.9
    assert (plan.strategy, plan.origin, plan.problems) == ("perfcodegen", ORIGIN, ("HumanEval/0",))


def test_a_program_by_hand_is_the_next_round() -> None:
    state = forked(Fork(origin=ORIGIN, code="def f(): ...\n"))
    mine = state.problems["HumanEval/0"].chains[0].rounds[2]
    assert mine.reply is not None
    assert (mine.reply.text, mine.reply.model, mine.ask.hand) == ("def f(): ...\n", "person", ("program",))
    assert mine.ask.parent == "a2"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"problem": "nobody"}, "no problem"),
        ({"attempt": 3}, "no attempt 3"),
        ({"chain": 7}, "no chain 8"),
        ({"round": 9}, "no round 10"),
        ({"problem": "HumanEval/2", "round": 1}, "has not come to its end"),
    ],
)
def test_what_is_not_there_is_told(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        check_origin(STATE, msgspec.structs.replace(ORIGIN, **change))


def test_programs_that_were_given_need_a_model_to_go_on() -> None:
    given = msgspec.structs.replace(STATE.plan, strategy="given")
    with pytest.raises(BadInputError, match="--model"):
        plan_of_fork(given, Fork(origin=ORIGIN))
