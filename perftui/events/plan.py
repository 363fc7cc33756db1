"""What a run was asked to do: enough to resume it with nothing else."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.llm.model import Message
from perftui.llm.patience import Patience
from perftui.refine.chain import StrategySettings
from perftui.sandbox.protocol import Limits, SandboxInfo

RunPurpose = Literal["refine", "evaluate", "demo"]


class LimitRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a problem's limits follow from its reference.

    Attributes:
        test_factor: a test may take this many times the reference's time …
        test_least_seconds: … at least this …
        test_most_seconds: … and at most this.
        total_seconds: bound on all tests of a candidate.
        memory_bytes: bound on a program's memory.
        all_tests: judge on after the first failing test.
    """

    test_factor: float = 10.0
    test_least_seconds: float = 1.0
    test_most_seconds: float = 10.0
    total_seconds: float = 60.0
    memory_bytes: int = 1 << 30
    all_tests: bool = False

    def limits(self, reference_seconds: float | None, largest_output: int = 0) -> Limits:
        """The limits of a problem, given the reference's slowest test and its largest output (bytes)."""
        wanted = self.test_most_seconds if reference_seconds is None else reference_seconds * self.test_factor
        return Limits(
            test_seconds=min(max(wanted, self.test_least_seconds), self.test_most_seconds),
            total_seconds=self.total_seconds,
            memory_bytes=self.memory_bytes,
            output_bytes=max(4 << 20, 4 * largest_output),
        )


class TimingBudget(msgspec.Struct, frozen=True, kw_only=True):
    """How much wall time timing may take.

    Attributes:
        candidate_seconds: of one measurement.
        run_seconds: of all measurements of a run; None is no bound. What is not measured when it
            is spent is reported as unmeasured, with that reason.
    """

    candidate_seconds: float = 3.0
    run_seconds: float | None = None


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """What a model's tokens cost, in dollars a million."""

    prompt: float
    completion: float


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A run's place in a sweep.

    Attributes:
        sweep: id of the sweep.
        index: 0-based place among its runs.
        cells: how many runs the sweep has.
    """

    sweep: str
    index: int
    cells: int


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The round of another run that a run was forked from: its chain begins with the rounds up to that one.

    Attributes:
        run: the other run's id.
        problem: the problem's id.
        attempt: 1-based.
        chain: 0-based.
        round: 0-based; the last round that is taken over.
    """

    run: str
    problem: str
    attempt: int
    chain: int
    round: int


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """A wish to go on from a round in another way; None leaves a setting as it was.

    Attributes:
        origin: where to go on from.
        model: to ask from there on, as a plan names it.
        base_url: of its server.
        strategy: by name.
        temperature: of all calls from there on.
        messages: the next call's conversation, in place of the strategy's.
        code: a person's program, judged and timed as the first round after the fork.
        chains: that go on from there, each by itself.
    """

    origin: Origin
    model: str | None = None
    base_url: str | None = None
    strategy: str | None = None
    temperature: float | None = None
    messages: tuple[Message, ...] | None = None
    code: str | None = None
    chains: int = 1


class RunPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a run, stored with it.

    Attributes:
        purpose: what made it.
        benchmark: a name, or the path of a file or folder of problems.
        data: the file of a named benchmark, or None.
        timing_data: the file with inputs to time programs on, or None. Like the problems, they are kept
            with the run: neither file is read again.
        model: `PROVIDER/NAME`, or `recorded:FILE`; for `evaluate`, `samples:FILE`.
        base_url: of the server; None for the provider's own.
        strategy: name of a strategy, or of its parts, such as `reflection+plan-and-refine`.
        settings: of the strategy.
        chains: per problem (K).
        at: the k for which figures are wanted; empty leaves it to the report.
        problems: ids, in order; a run may leave some of the benchmark out.
        sandbox: where programs run.
        limits: rules for limits.
        budget: of timing.
        open_problems: how many problems are worked on at once.
        model_calls: how many calls are in flight at once.
        patience: how long a live model's call is waited for and how often it is sent.
        max_tokens: bound on a reply.
        pace: characters per second at which recorded replies stream; None is at once.
        write_generators: have the model write a generator of timing inputs for problems whose inputs are
            too small.
        step: True where every problem begins in step mode.
        keep_broken: solve problems, too, whose references fail their own tests.
        prices: of the model's tokens, None where they are not known.
        strategies: folder with strategies of the user's own, or None.
        prompts: folder with prompt templates that take the place of those of the same name, or None.
        cell: its place in a sweep, None for a run of its own.
        origin: the round that it was forked from, None where it begins at the beginning.
        opening: of a fork, the conversation that its first call sends in place of the strategy's.
        dollars: that the model may cost by `prices`, None for no bound.
    """

    purpose: RunPurpose
    benchmark: str
    data: str | None = None
    timing_data: str | None = None
    model: str
    base_url: str | None = None
    strategy: str
    settings: StrategySettings = StrategySettings()
    chains: int = 1
    at: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()
    sandbox: Literal["docker", "process"] = "docker"
    limits: LimitRules = LimitRules()
    budget: TimingBudget = TimingBudget()
    open_problems: int = 8
    model_calls: int = 16
    patience: Patience = Patience()
    max_tokens: int | None = None
    pace: float | None = None
    write_generators: bool = False
    step: bool = False
    keep_broken: bool = False
    prices: Prices | None = None
    strategies: str | None = None
    prompts: str | None = None
    cell: Cell | None = None
    origin: Origin | None = None
    opening: tuple[Message, ...] | None = None
    dollars: float | None = None


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run ran; kept so that figures can be read later.

    Attributes:
        perftui: version.
        python: of the host.
        platform: kernel and architecture.
        cores: usable cores.
        timing_core: the core that timing is pinned to, None where nothing can be pinned.
        sandbox: what programs run in.
        sandbox_reason: why this sandbox, where it was not the first choice.
    """

    perftui: str
    python: str
    platform: str
    cores: int
    timing_core: int | None
    sandbox: SandboxInfo
    sandbox_reason: str = ""


class ProblemHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows of a problem before anything has happened.

    Attributes:
        id: of the problem.
        title: short name.
        kind: `function` or `stdin`.
        tests: how many.
        has_reference: whether there is ground truth to compare with.
        digest: of the problem's whole text.
    """

    id: str
    title: str
    kind: Literal["function", "stdin"]
    tests: int
    has_reference: bool
    digest: str
