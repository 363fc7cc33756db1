"""What was asked and what came back."""

from __future__ import annotations

from textual.content import Content

from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.panes.messages import message_lines, tokens_about
from perftui.tui.panes.round_view import RoundView
from perftui.tui.text import Line, text_lines


def prompt_lines(view: RoundView) -> list[Line]:
    """The conversation as it was sent, or as it is about to be where it is held."""
    if view.round is None:
        return [_told("nothing was asked yet")]
    ask = view.round.ask
    whose = one_line(ask.conversation, 40)
    told = f"{ask.phase} · {one_line(ask.label, 60)} · {whose} · temperature {ask.temperature:g}"
    tokens = f" · about {tokens_about(ask.messages):,} tokens"
    template = f" · {one_line(ask.template, 60)}" if ask.template else ""
    return [_told(told + tokens + template), *message_lines(ask.messages)]


def reply_lines(view: RoundView) -> list[Line]:
    """The whole reply, or as much of it as has come."""
    round_ = view.round
    if round_ is None:
        return [_told("no reply yet: nothing was sent")]
    if round_.reply is not None:
        reply, usage = round_.reply, round_.reply.usage
        told = [one_line(reply.model, 60), f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens"]
        told.append(f"{reply.seconds:.1f} s")
        told += ["replayed from a recording"] if reply.recorded else []
        told += ["used again from another run of the sweep"] if reply.reused else []
        told += [f"sent {reply.attempts} times"] if reply.attempts > 1 else []
        told += [f"ended by {one_line(reply.finish, 40)}"] if reply.finish != "stop" else []
        missing = [_bad(f"no program: {one_line(round_.no_program)}")] if round_.no_program else []
        noted = [Line(Content.styled(one_line(round_.note), styles.WARN), hang=2)] if round_.note else []
        return [_told(" · ".join(told)), *missing, *noted, *text_lines(reply.text)]
    if view.streaming:
        return [_told("the reply as it comes"), *_streamed(view)]
    if round_.trouble:
        return [_bad(f"no reply: {one_line(round_.trouble, 400)}")]
    return [_told("skipped by a person" if round_.end == "skipped" else "no reply yet")]


def _streamed(view: RoundView) -> list[Line]:
    rows = text_lines(view.streaming)
    caret = (view.picture.glyphs.line("caret"), styles.LIVE)
    return [*rows[:-1], Line(Content.assemble(rows[-1].content, caret), hang=rows[-1].hang)]


def _told(text: str) -> Line:
    return Line(Content.styled(text, styles.DIM), hang=2)


def _bad(text: str) -> Line:
    return Line(Content.styled(text, styles.BAD), hang=2)
