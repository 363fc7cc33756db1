"""Screens whose panes can be given more room or less, with keys or the pointer; what is chosen is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from perftui.tui.kept import keeper_of
from perftui.tui.screens.pictured import WIDE, PicturedScreen
from perftui.tui.widgets.divider import Axis, Divider

STEP = 0.04
"""Of the screen: how much a key changes."""


@dataclass(frozen=True)
class Pane:
    """A pane that can be resized.

    Attributes:
        name: under which its size is kept.
        selector: of its widget.
        axis: what of it changes.
        is_first: it lies at the left of its divider, or over it.
        least: share of the screen that it has at least.
        most: and at most.
    """

    name: str
    selector: str
    axis: Axis
    is_first: bool = False
    least: float = 0.12
    most: float = 0.8

    def held(self, share: float) -> float:
        """A share that leaves room for it and for the others."""
        return min(max(share, self.least), self.most)


class ResizableScreen(PicturedScreen):
    """A screen with a pane at a side, one under the others, or both; narrow screens show one at a time."""

    PANES: ClassVar[tuple[Pane, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+left", "resize('width', -1)", "narrower", show=False, priority=True, id="pane.left",
                tooltip="Move the upright line between the panes to the left; the pointer drags it, too"),
        Binding("ctrl+right", "resize('width', 1)", "wider", show=False, priority=True, id="pane.right",
                tooltip="Move it to the right"),
        Binding("ctrl+up", "resize('height', -1)", "up", show=False, priority=True, id="pane.up",
                tooltip="Move the level line between the panes up"),
        Binding("ctrl+down", "resize('height', 1)", "down", show=False, priority=True, id="pane.down",
                tooltip="Move it down"),
        Binding("z", "maximise", "maximise", show=False, id="pane.maximise",
                tooltip="Give the pane with the keys all room, or take it back"),
    ]  # fmt: skip

    def on_mount(self) -> None:
        """The sizes of before."""
        self.apply_sizes()

    def on_resize(self) -> None:
        """Sizes are shares."""
        self.apply_sizes()

    def action_resize(self, axis: Axis, step: int) -> None:
        """Move the line between panes."""
        pane = next((one for one in self.PANES if one.axis == axis), None)
        if pane is not None and self.query_one(pane.selector).display:
            size = getattr(self.query_one(pane.selector).outer_size, axis) / getattr(self.size, axis)
            self._resize(pane, size + (STEP if pane.is_first == (step > 0) else -STEP), keep=True)

    def action_maximise(self) -> None:
        """Give one pane all room, or take it back."""
        self.toggle_class("-maximised")
        self.call_after_refresh(self.redraw)

    def apply_sizes(self) -> None:
        """Give each pane its size; where one pane is shown at a time, what the style sheet says."""
        sizes = keeper_of(self.app).kept.sizes
        for pane in self.PANES:
            share = sizes.get(pane.name)
            widget = self.query_one(pane.selector)
            if share is None or self.size.width < WIDE:
                widget.styles.clear_rule(pane.axis)
            else:
                total = getattr(self.size, pane.axis)
                setattr(widget.styles, pane.axis, max(3, round(pane.held(share) * total)))
        self.call_after_refresh(self.redraw)

    @on(Divider.Dragged)
    def _dragged(self, event: Divider.Dragged) -> None:
        pane = next((one for one in self.PANES if one.name == event.pane), None)
        if pane is None:
            return
        region = self.query_one(pane.selector).region
        first, size = (region.x, region.width) if pane.axis == "width" else (region.y, region.height)
        cells = event.at - first if pane.is_first else first + size - event.at - 1
        self._resize(pane, cells / getattr(self.size, pane.axis), keep=event.done)

    def _resize(self, pane: Pane, share: float, *, keep: bool) -> None:
        keeper = keeper_of(self.app)
        sizes = {**keeper.kept.sizes, pane.name: round(pane.held(share), 3)}
        if keep:
            keeper.keep(sizes=sizes)
        else:
            keeper.try_out(sizes=sizes)
        self.apply_sizes()
