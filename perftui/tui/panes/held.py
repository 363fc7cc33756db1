"""A held action in words: what is about to happen, and what it would take."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from perftui import figures
from perftui.events.commands import Send
from perftui.events.costs import dollars
from perftui.events.state import ChainState, ProblemState
from perftui.llm.model import Message
from perftui.refine.actions import Ask, Finish, Measure, Profile
from perftui.refine.chain import Round, best_round
from perftui.text import one_line
from perftui.tui import ratios, styles
from perftui.tui.chains import headline, name_of
from perftui.tui.feed import Picture
from perftui.tui.panes.live import action_words
from perftui.tui.panes.messages import message_lines, tokens_about
from perftui.tui.text import Line


def messages_of(held: ChainState, send: Send) -> tuple[Message, ...]:
    """The conversation that would be sent."""
    if send.messages is not None:
        return send.messages
    return held.held.messages if isinstance(held.held, Ask) else ()


def held_title(picture: Picture, problem: ProblemState, chain: ChainState, send: Send) -> Content:
    """Two lines: what is next, and on what terms."""
    action = chain.held
    where = f"{name_of(problem)} · chain {chain.index + 1} · round {(chain.held_round or 0) + 1}\n"
    if not isinstance(action, Ask):
        words = action_words(action) if action is not None else ""
        return Content.assemble((f"next: {words}  ", styles.WARN), (where, styles.TITLE))
    tokens = tokens_about(messages_of(chain, send))
    temperature = action.temperature if send.temperature is None else send.temperature
    prices = picture.state.plan.prices if picture.state.plan is not None else None
    price = "" if prices is None else f" · about ${dollars(prices, tokens, 0):.4f} and the reply"
    edited = send.messages is not None or send.temperature is not None
    return Content.assemble(
        ("next: ask the model  ", styles.WARN),
        (where, styles.TITLE),
        ("edited by hand · " if edited else "", styles.WARN),
        (f"{action.phase} · {one_line(action.label, 60)} · {one_line(action.conversation, 40)}", styles.HEAD),
        (f" · about {tokens:,} tokens · temperature {temperature:g}{price}", styles.DIM),
    )


def held_lines(chain: ChainState, send: Send) -> list[Line]:
    """The action in full."""
    match chain.held:
        case Ask():
            return message_lines(messages_of(chain, send))
        case Measure() as measure:
            return _measure(chain, measure)
        case Profile(input=name):
            return [Line(Content(f"The program is run under a line profiler on input {one_line(name, 60)}."))]
        case Finish(reason=reason):
            return [
                Line(Content(one_line(reason, 1000)), hang=2),
                Line(Content.styled("The chain ends, unless you add a round by hand.", styles.DIM)),
            ]
    return []


def choices_of(rounds: Sequence[Round]) -> list[tuple[str, str]]:
    """The chain's correct programs, each once: its hash, and what is known of it."""
    best = best_round(rounds)
    found: dict[str, str] = {}
    for round_ in rounds:
        if round_.candidate is not None and round_.correct and round_.candidate not in found:
            here = " (the best now)" if best is not None and best.candidate == round_.candidate else ""
            figure = ratios.ratio(headline(round_.measurement))
            found[round_.candidate] = f"round {round_.index + 1} {round_.ask.label}: {figure}{here}"
    return list(found.items())


def _measure(chain: ChainState, measure: Measure) -> list[Line]:
    best = best_round(chain.rounds)
    against = "the reference" if measure.best is None else "the best so far, its seed and the reference"
    lines = [Line(Content(f"The candidate is timed, paired with {against}."))]
    if best is not None and best.measurement is not None and measure.best is not None:
        cost = figures.nanoseconds(best.measurement.cpu_ns)
        lines.append(Line(Content.styled(f"The best so far takes {cost} for one pass.", styles.DIM)))
    lines.append(Line(Content.styled("Skipped, it stays correct, and unmeasured.", styles.DIM)))
    return lines
