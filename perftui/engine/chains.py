"""One chain: ask the strategy what is next, do it, store what came of it, until it is finished."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, assert_never

import msgspec

from perftui.engine.byhand import asked_again, chosen, edited, written
from perftui.engine.hub import Hub
from perftui.engine.judges import Judges
from perftui.engine.preparers import Preparers
from perftui.engine.profiles import profiled
from perftui.engine.rivals import rival_of
from perftui.engine.steering import Steering
from perftui.engine.timers import Contest, Timers, cheating
from perftui.events.commands import Again, Choose, Decision, End, Send, Skip, Write
from perftui.events.model import (
    ActionHeld,
    ActionSkipped,
    ActionTaken,
    CandidateFound,
    CandidateJudged,
    CandidateMeasured,
    CandidateMissing,
    CandidateProfiled,
    ChainEnded,
    EphemeralEvent,
    EventBase,
    MeasureProgress,
    MeasureTaken,
    ReplyMissing,
    ReplyReceived,
    ReplyText,
    RoundEnded,
    SandboxLost,
    Stage,
    StageChanged,
    StoredEvent,
)
from perftui.events.plan import RunPlan
from perftui.events.precedent import Precedents
from perftui.events.state import ChainState
from perftui.llm.model import (
    Backoff,
    ChatModel,
    ChatRequest,
    ModelFailedError,
    ModelRefusedError,
    NoReplyError,
)
from perftui.problems.model import Problem
from perftui.refine.actions import Action, Ask, Finish, Measure, Profile
from perftui.refine.candidate import candidate_hash
from perftui.refine.chain import Chain, Outcome, Profiled, Round, is_by_hand, turn_of
from perftui.refine.extraction import NoProgram, extract
from perftui.refine.outcome import REASON_LIMIT, outcome
from perftui.refine.strategy import Strategy
from perftui.sandbox.protocol import Limits
from perftui.text import one_line
from perftui.timing.inputs import Known, with_room

E = TypeVar("E", bound=EventBase)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What chains work with.

    Attributes:
        plan: the run's settings.
        strategy: says what is next.
        model: writes code.
        hub: stores and tells events.
        preparers: make problems ready.
        judges: give verdicts.
        timers: measure.
        steering: what people want.
        precedents: what another run of the same sweep found of a problem; None where there is no sweep.
    """

    plan: RunPlan
    strategy: Strategy
    model: ChatModel
    hub: Hub
    preparers: Preparers
    judges: Judges
    timers: Timers
    steering: Steering
    precedents: Precedents | None = None


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A problem with all that its chains need.

    Attributes:
        problem: with an expected output for every input.
        limits: that follow from the reference.
        reference: hash and text of it, None where there is none.
        shown: the inputs that programs are timed on while they are refined.
        held_out: inputs for the last measurement of the winner only; empty where there are none to spare.
    """

    problem: Problem
    limits: Limits
    reference: tuple[str, str] | None
    shown: tuple[Known, ...]
    held_out: tuple[Known, ...]

    @property
    def timing_limits(self) -> Limits:
        """The limits of timed executions: their outputs may be larger than those of the tests."""
        return with_room(self.limits, (*self.shown, *self.held_out))


def contest_of(ready: Ready, chain: Chain, measure: Measure) -> Contest:
    """The comparison of a chain's candidate, on the inputs that programs are timed on."""
    programs = {r.candidate: r.code for r in chain.rounds if r.candidate and r.code}
    reference = ready.reference
    if reference is not None:
        programs.setdefault(*reference)
    return Contest(
        problem=ready.problem,
        inputs=ready.shown,
        measure=measure,
        programs=programs,
        reference=reference[0] if reference else None,
        limits=ready.timing_limits,
    )


@dataclass(frozen=True, kw_only=True)
class ChainRunner:
    """Runs one chain from wherever its facts stand; a resumed chain is a chain like any other.

    Attributes:
        tools: what it works with.
        ready: what is solved.
        attempt: of the problem, 1-based.
        index: of the chain, 0-based.
        granted: rounds that a person has answered for already.
    """

    tools: Tools
    ready: Ready
    attempt: int
    index: int
    granted: set[int] = field(default_factory=set)

    @property
    def problem(self) -> Problem:
        """What is solved."""
        return self.ready.problem

    async def run(self) -> None:
        """Go on until the chain has ended.

        Raises:
            ModelRefusedError: no call of the model can succeed.
        """
        while True:
            chain = self._chain()
            last = chain.rounds[-1] if chain.rounds else None
            if last is not None and last.outcome is None:
                await self._carry_on(chain, last)
                if self._ended():
                    return
                continue
            action = self.tools.strategy.next_action(chain)
            match action:
                case Ask():
                    await self._record(ActionTaken(ask=self._opened(chain, action)), len(chain.rounds))
                case Finish():
                    if await self._finish(chain, action):
                        return
                case Profile():
                    await self._profile(chain, action)
                    if self._ended():
                        return
                case Measure():
                    raise AssertionError("a strategy may measure only the round that is under way")
                case _:
                    assert_never(action)

    async def _carry_on(self, chain: Chain, last: Round) -> None:
        """Take the one step that the open round needs next."""
        if last.end == "open":
            await self._ask(last)
        elif last.end != "replied" or last.ask.expects == "text" or last.no_program:
            await self._close(chain, last)
        elif last.candidate is None:
            await self._extract(last)
        elif last.verdict is None:
            await self._judge(last)
        elif last.verdict.correct and last.measurement is None:
            action = self.tools.strategy.next_action(chain)
            if isinstance(action, Measure):
                await self._measure(chain, last, action)
            else:
                await self._close(chain, last)
        elif last.candidate and last.measurement and (caught := cheating(last.verdict, last.measurement)):
            # A step of its own: a run that was killed after the measurement comes back to it.
            await self._record(CandidateJudged(candidate=last.candidate, verdict=caught), last.index)
        else:
            await self._close(chain, last)

    async def _ask(self, last: Round) -> None:
        if is_by_hand(last):
            # A person's program that was never stored: the process was killed in between.
            await self._record(ActionSkipped(), last.index)
            return
        ask = await self._answered(last)
        if ask is None:
            return
        self._stage("model", round_=last.index)
        try:
            reply = await self.tools.model.reply(
                ChatRequest(
                    problem=self.problem.id,
                    chain=self._asked_as(),
                    turn=turn_of(self._chain().rounds, last.index),
                    messages=ask.messages,
                    temperature=ask.temperature,
                    max_tokens=self.tools.plan.max_tokens,
                ),
                on_text=lambda text: self._tell(ReplyText(text=text, restart=not text), last.index),
                on_backoff=lambda backoff: self._back_off(last.index, backoff),
            )
        except NoReplyError as error:
            await self._record(ReplyMissing(how="no-reply", reason=str(error)), last.index)
        except ModelRefusedError:
            raise
        except ModelFailedError as error:
            await self._record(ReplyMissing(how="model-failed", reason=str(error)), last.index)
        else:
            await self._record(ReplyReceived(reply=reply), last.index)
            self.tools.steering.heed_spending()

    def _asked_as(self) -> int:
        """A recording knows a fork's first chain by the number of the chain it was forked from."""
        origin = self.tools.plan.origin
        return self.index if origin is None else origin.chain + self.index

    def _opened(self, chain: Chain, ask: Ask) -> Ask:
        """The first call after a fork may have a person's conversation in place of the strategy's."""
        plan = self.tools.plan
        taken_over = 0 if plan.origin is None else plan.origin.round + 1
        is_first = not any(r.index >= taken_over and not is_by_hand(r) for r in chain.rounds)
        if not is_first or plan.opening is None:
            return ask
        # One message takes the place of what the strategy says last; several, that of all.
        alone = len(plan.opening) == 1
        return edited(ask, Send(messages=(*ask.messages[:-1], *plan.opening) if alone else plan.opening))

    async def _held(self, action: Action, round_: int) -> Decision:
        """Wait while the run is paused; in step mode, for a person's answer."""
        steering = self.tools.steering
        if steering.paused:
            self._stage("paused", round_=round_)
            await steering.until_unpaused()
        given = isinstance(action, Ask) and action.phase == "given"
        if given or round_ in self.granted or not steering.steps(self.problem.id):
            return Send()
        self._stage("held", round_=round_)
        self._tell(ActionHeld(action=action), round_)
        return await steering.decision(self.problem.id, self.index, about=(self.attempt, round_))

    async def _answered(self, last: Round) -> Ask | None:
        """What is to be sent for the open round, None where the answer was something else."""
        decision = await self._held(last.ask, last.index)
        match decision:
            case End():
                # In this order: cut off between the two, the chain is ended all the same.
                await self._end(self._chain(), "ended by hand")
                await self._record(ActionSkipped(), last.index)
                return None
            case Skip():
                await self._record(ActionSkipped(), last.index)
                return None
            case Write() | Choose():
                if not await self._by_hand(decision, last.index):
                    await self._record(ActionSkipped(), last.index)
                return None
            case Again():
                ask = asked_again(self._chain(), decision) or last.ask
            case Send():
                ask = edited(last.ask, decision)
            case _:
                ask = last.ask
        if ask is not last.ask:
            await self._record(ActionTaken(ask=ask), last.index)
        return ask

    async def _by_hand(self, decision: Write | Choose, index: int) -> bool:
        """A round of a person's own; False where what was chosen is not there."""
        made = written(decision) if isinstance(decision, Write) else chosen(self._chain(), decision)
        if made is None:
            return False
        ask, reply = made
        await self._record(ActionTaken(ask=ask), index)
        await self._record(ReplyReceived(reply=reply), index)
        return True

    async def _finish(self, chain: Chain, action: Finish) -> bool:
        """End the chain, unless a person wants another round of it; whether it has ended."""
        index = len(chain.rounds)
        decision = await self._held(action, index)
        if isinstance(decision, Write | Choose) and await self._by_hand(decision, index):
            return False
        if isinstance(decision, Again) and (ask := asked_again(chain, decision)) is not None:
            self.granted.add(index)
            await self._record(ActionTaken(ask=ask), index)
            return False
        await self._end(chain, action.reason)
        return True

    async def _extract(self, last: Round) -> None:
        assert last.reply is not None  # noqa: S101 - a replied round has its reply
        if last.ask.expects == "source":
            code, note = last.reply.text, ""
        else:
            extracted = extract(last.reply.text, self.problem, last.reply.finish)
            if isinstance(extracted, NoProgram):
                await self._record(CandidateMissing(reason=extracted.reason), last.index)
                return
            code, note = extracted.code, extracted.note
        found = CandidateFound(candidate=candidate_hash(code), code=code, note=note)
        await self._record(found, last.index)

    async def _judge(self, last: Round) -> None:
        assert last.candidate is not None and last.code is not None  # noqa: PT018, S101 - found before
        verdict, known = await self.tools.judges.verdict(
            self.problem,
            last.code,
            self.ready.limits,
            on_stage=lambda stage: self._stage(stage, round_=last.index),
            on_loss=lambda reason, loss: self._lost(last.index, reason, loss),
        )
        await self._record(
            CandidateJudged(candidate=last.candidate, verdict=verdict, known=known), last.index
        )

    async def _measure(self, chain: Chain, last: Round, action: Measure) -> None:
        if self._state().measuring != action.candidate:
            decision = await self._held(action, last.index)
            if isinstance(decision, Skip | End):
                await self._leave_untimed(chain, last, ends=isinstance(decision, End))
                return
            await self._record(MeasureTaken(measure=action), last.index)
        measurement, known = await self.tools.timers.measurement(
            contest_of(self.ready, chain, action),
            on_stage=lambda stage: self._stage(stage, round_=last.index),
            on_progress=lambda done, planned: self._tell(
                MeasureProgress(done=done, planned=planned), last.index
            ),
            on_loss=lambda reason, loss: self._lost(last.index, reason, loss),
        )
        await self._record(
            CandidateMeasured(candidate=action.candidate, measurement=measurement, known=known), last.index
        )

    async def _leave_untimed(self, chain: Chain, last: Round, *, ends: bool) -> None:
        """Close a round whose program a person does not want timed, and the chain where that is wanted."""
        came_of_it = outcome(chain, last)
        reason = one_line(f"not timed, by hand; {came_of_it.reason}", REASON_LIMIT)
        await self._record(RoundEnded(outcome=Outcome(kind=came_of_it.kind, reason=reason)), last.index)
        if ends:
            await self._end(self._chain(), "ended by hand")

    async def _profile(self, chain: Chain, action: Profile) -> None:
        """Run a program of the chain under a line profiler; what fails is a fact as well."""
        round_ = chain.round_of(action.candidate)
        assert round_ is not None  # noqa: S101 - a strategy asks for programs of its chain only
        decision = await self._held(action, round_.index)
        if isinstance(decision, End):
            await self._end(chain, "ended by hand")
            return
        if isinstance(decision, Skip):
            left_out = Profiled(input=action.input, trouble="skipped by hand")
            await self._record(CandidateProfiled(candidate=action.candidate, fact=left_out), round_.index)
            return
        self._stage("profiling", round_=round_.index)
        fact = await profiled(
            self.tools.preparers.bench(self.problem),
            self.problem,
            round_.code or "",
            self.problem.find_input(action.input),
            self.ready.timing_limits,
            name=action.input,
        )
        await self._record(CandidateProfiled(candidate=action.candidate, fact=fact), round_.index)

    async def _close(self, chain: Chain, last: Round) -> None:
        await self._record(RoundEnded(outcome=outcome(chain, last)), last.index)

    async def _end(self, chain: Chain, reason: str) -> None:
        best = chain.best
        broken = any(r.outcome is not None and r.outcome.kind == "infrastructure" for r in chain.rounds)
        await self._record(
            ChainEnded(
                reason=reason,
                best=best.candidate if best else None,
                how="infrastructure" if broken else "finished",
            )
        )

    async def _lost(self, round_: int, reason: str, loss: int) -> None:
        await self._record(SandboxLost(reason=reason, retry=loss), round_)

    def _back_off(self, round_: int, backoff: Backoff) -> None:
        self._stage("back-off", f"{backoff.reason}; again in {backoff.seconds:.0f} s", round_=round_)

    def _stage(self, stage: Stage, detail: str = "", *, round_: int) -> None:
        self._tell(StageChanged(stage=stage, detail=detail), round_)

    def _state(self) -> ChainState:
        return self.tools.hub.state.problems[self.problem.id].chains[self.index]

    def _ended(self) -> bool:
        return self._state().ended is not None

    def _chain(self) -> Chain:
        settings = self.tools.plan.settings
        looks = settings.share_best or settings.stop_hopeless
        problem = self.tools.hub.state.problems[self.problem.id]
        return Chain(
            problem=self.problem,
            index=self.index,
            settings=settings,
            rounds=self._state().rounds,
            rival=rival_of(problem, self.index) if looks else None,
        )

    async def _record(self, event: StoredEvent, round_: int | None = None) -> None:
        await self.tools.hub.record(self._placed(event, round_))

    def _tell(self, event: EphemeralEvent, round_: int) -> None:
        self.tools.hub.tell(self._placed(event, round_))

    def _placed(self, event: E, round_: int | None) -> E:
        return msgspec.structs.replace(
            event, problem=self.problem.id, attempt=self.attempt, chain=self.index, round=round_
        )
