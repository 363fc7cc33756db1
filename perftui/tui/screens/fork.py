"""Going on from a round in another way: what is to be different, and the command line that does the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from perftui.events.plan import Fork, Origin, RunPlan
from perftui.llm.model import Message
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.messages import launcher_of
from perftui.tui.panes.round_view import RoundView
from perftui.tui.screens.asking import AskScreen, number
from perftui.tui.screens.editing import EditScreen, Part
from perftui.tui.widgets.form import Field


class ForkScreen(AskScreen):
    """Asks what is to be different; an empty field leaves it as it was.

    Args:
        origin: the round to go on from.
        plan: of its run.
        messages: the conversation that is offered to be edited.
        code: the program that is offered to be edited.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+e", "prompt", "edit prompt", id="fork.prompt", priority=True,
                tooltip="Write what the next call says, in place or in $EDITOR"),
        Binding("ctrl+w", "program", "own program", id="fork.program", priority=True,
                tooltip="Write the next program yourself: it is judged and timed as the first round"),
    ]  # fmt: skip

    changes = getters.query_one("#fork-changes", Static)
    command_line = getters.query_one("#fork-command", Static)

    def __init__(self, origin: Origin, plan: RunPlan, messages: tuple[Message, ...], code: str) -> None:
        self._fork = Fork(origin=origin)
        self._messages = messages
        self._code = code
        where = f"chain {origin.chain + 1}, round {origin.round + 1}"
        kept = plan.settings.refine_temperature
        fields = [
            Field("model", "model", "", one_line(plan.model, 60)),
            Field("base_url", "base URL", "", one_line(plan.base_url or "the provider's own", 60)),
            Field("strategy", "strategy", "", one_line(plan.strategy, 60)),
            Field("temperature", "temperature", "", f"{kept:g}, or the strategy's"),
            Field("chains", "chains", "1", "that go on from there"),
        ]
        detail = "What came before is taken over and not paid for again. Empty leaves a setting as it was."
        super().__init__(f"fork {one_line(origin.problem, 60)} at {where}", detail, fields, _wrong)

    @property
    def fork(self) -> Fork:
        """The fork that is wanted."""
        return fork_of(self._fork, self.typed)

    def compose_below(self) -> ComposeResult:
        """What was written, and the command line, under the fields."""
        yield Static(id="fork-changes")
        yield Static(id="fork-command")

    def on_mount(self) -> None:
        """The command line is there from the beginning."""
        self._show()

    def action_prompt(self) -> None:
        """Edit the conversation of the next call."""
        messages = self._fork.messages or self._messages
        parts = [Part(f"{m.role}, {at + 1} of {len(messages)}", m.content) for at, m in enumerate(messages)]

        def edited(texts: tuple[str, ...] | None) -> None:
            if texts is not None:
                changed = tuple(
                    Message(role=m.role, content=text) for m, text in zip(messages, texts, strict=True)
                )
                said = tuple(message for message in changed if message.content.strip())
                self._keep(messages=None if changed == self._messages else said)

        self.app.push_screen(EditScreen("what the next call says", parts, len(parts) - 1), edited)

    def action_program(self) -> None:
        """Write the next program."""

        def written(texts: tuple[str, ...] | None) -> None:
            if texts is not None:
                self._keep(code=texts[0] if texts[0] != self._code else None)

        part = Part("judged and timed as the first round", self._fork.code or self._code)
        self.app.push_screen(EditScreen("a program by hand", [part], code=True), written)

    def _keep(self, **changes: object) -> None:
        self._fork = msgspec.structs.replace(self._fork, **changes)
        self._show()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show()

    def _show(self) -> None:
        launcher, right = launcher_of(self.app), not _wrong(self.typed)
        command = launcher.command_of(self.fork) if launcher is not None and right else ""
        self.command_line.update(Content.styled(one_line(command, 300), styles.DIM))
        self.changes.update(Content("\n").join([self._prompt_line(), self._program_line()]))

    def _prompt_line(self) -> Content:
        said = self._fork.messages
        if said is None:
            return _line("next prompt", "the strategy's", "")
        return _line("next prompt", f"edited, {sum(len(m.content) for m in said):,} characters", styles.WARN)

    def _program_line(self) -> Content:
        code = self._fork.code
        if code is None:
            return _line("next program", "the model's", "")
        return _line("next program", f"yours, {len(code.splitlines())} lines", styles.WARN)


def _line(name: str, value: str, style: str) -> Content:
    return Content.assemble((f"{name:<16}", styles.DIM), (value, style))


def offered(view: RoundView) -> tuple[tuple[Message, ...], str]:
    """The conversation and the program that are offered to be edited for what comes after a round.

    That is what was sent next in the chain; where nothing was, the talk so far with an empty line to go on.
    """
    assert view.round is not None  # noqa: S101 - there is nothing to go on from
    round_ = view.round
    code = round_.code or ""
    following = next((r for r in view.chain.rounds if r.index > round_.index and r.ask.messages), None)
    if following is not None:
        return following.ask.messages, code
    answer = (Message(role="assistant", content=round_.reply.text),) if round_.reply is not None else ()
    return (*round_.ask.messages, *answer, Message(role="user", content="")), code


def fork_of(fork: Fork, typed: Mapping[str, str]) -> Fork:
    """A fork with what was typed."""
    return msgspec.structs.replace(
        fork,
        model=typed["model"] or None,
        base_url=typed["base_url"] or None,
        strategy=typed["strategy"] or None,
        temperature=float(typed["temperature"]) if typed["temperature"] else None,
        chains=int(typed["chains"] or 1),
    )


def _wrong(typed: Mapping[str, str]) -> dict[str, str]:
    wrong = {
        "temperature": number(typed["temperature"], least=0, most=2) if typed["temperature"] else "",
        "chains": number(typed["chains"] or "1", least=1, most=100, whole=True),
    }
    return {name: words for name, words in wrong.items() if words}
