"""Going on from a round in another way: what is to be different, and the command line that does the same."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.content import Content
from textual.widgets import Input, Static

from perftui.events.plan import Fork, Origin, RunPlan
from perftui.llm.model import Message
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.messages import launcher_of
from perftui.tui.screens.asking import AskScreen, number
from perftui.tui.widgets.form import Field


class ForkScreen(AskScreen):
    """Asks what is to be different; an empty field leaves it as it was."""

    def __init__(self, origin: Origin, plan: RunPlan) -> None:
        self._origin = origin
        where = f"chain {origin.chain + 1}, round {origin.round + 1}"
        kept = plan.settings.refine_temperature
        fields = [
            Field("model", "model", "", one_line(plan.model, 60)),
            Field("base_url", "base URL", "", one_line(plan.base_url or "the provider's own", 60)),
            Field("strategy", "strategy", "", one_line(plan.strategy, 60)),
            Field("temperature", "temperature", "", f"{kept:g}, or the strategy's"),
            Field("prompt", "next prompt", "", "the strategy's; what you type takes its place"),
            Field("chains", "chains", "1", "that go on from there"),
        ]
        detail = "What came before is taken over and not paid for again. Empty leaves a setting as it was."
        super().__init__(f"fork {one_line(origin.problem, 60)} at {where}", detail, fields, _wrong)

    def on_mount(self) -> None:
        """The command line is there from the beginning."""
        super().on_mount()
        self.query_one(".asking").mount(Static(id="fork-command"), before="KeyBar")
        self.call_after_refresh(self._show_command)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show_command()

    def _show_command(self) -> None:
        launcher = launcher_of(self.app)
        typed = self.typed
        command = (
            "" if launcher is None or _wrong(typed) else launcher.command_of(fork_of(self._origin, typed))
        )
        for line in self.query("#fork-command"):
            if isinstance(line, Static):
                line.update(Content.styled(one_line(command, 300), styles.DIM))


def fork_of(origin: Origin, typed: Mapping[str, str]) -> Fork:
    """The fork that was typed."""
    prompt = typed["prompt"]
    return Fork(
        origin=origin,
        model=typed["model"] or None,
        base_url=typed["base_url"] or None,
        strategy=typed["strategy"] or None,
        temperature=float(typed["temperature"]) if typed["temperature"] else None,
        messages=(Message(role="user", content=prompt),) if prompt else None,
        chains=int(typed["chains"] or 1),
    )


def _wrong(typed: Mapping[str, str]) -> dict[str, str]:
    wrong = {
        "temperature": number(typed["temperature"], least=0, most=2) if typed["temperature"] else "",
        "chains": number(typed["chains"] or "1", least=1, most=100, whole=True),
    }
    return {name: words for name, words in wrong.items() if words}
