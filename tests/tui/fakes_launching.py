"""A launcher that begins nothing, and writes down what it was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from perftui.engine.control import RunSession
from perftui.errors import BadInputError
from perftui.events.commands import Command
from perftui.events.plan import Fork
from perftui.tui.launching import Checked, Choices, NewRun
from tests.tui.fakes import FakeSession, full_run


class FakeLauncher:
    """Begins sessions of a run that never ran; a benchmark called `broken` cannot be had."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.session = FakeSession(full_run(hold=False), run="fork")

    async def choices(self) -> Choices:
        return Choices(benchmarks=["humaneval", "mbpp"], models=["test/m"], strategies=[("perfcodegen", "…")])

    async def check(self, form: NewRun) -> Checked:
        command = f"perftui run {form.benchmark} --model {form.model}"
        if form.benchmark == "broken":
            return Checked(errors={"benchmark": "broken: no such file"}, command=command)
        return Checked(remarks={"benchmark": "164 problems"}, command=command)

    async def start(self, form: NewRun) -> RunSession:
        self.asked.append(form)
        return self.session

    async def go_on(self, run: str, commands: Sequence[Command] = ()) -> RunSession:
        self.asked.append((run, tuple(commands)))
        if run == "p3xq":
            raise BadInputError("run p3xq is at work in process 7; end that process first")
        return self.session

    async def fork(self, fork: Fork) -> RunSession:
        self.asked.append(fork)
        return self.session

    def command_of(self, fork: Fork) -> str:
        return f"perftui fork {fork.origin.run} {fork.origin.problem} --chains {fork.chains}"
