"""A conversation grows: each ask holds all earlier asks and replies of its conversation."""

from __future__ import annotations

from collections.abc import Mapping

from perftui.llm.model import Message
from perftui.refine.actions import Ask, Expects, Phase
from perftui.refine.attempts import asked
from perftui.refine.chain import Chain, Round
from perftui.refine.extraction import cleaned
from perftui.refine.faults import StrategyFaultError
from perftui.refine.templates import fenced, render, render_text
from perftui.text import one_line

CODER = "coder"
_NOT_BUILT_UPON = frozenset({"flagged", "infrastructure", "skipped", "no-reply"})


def next_turn(
    chain: Chain,
    *,
    phase: Phase,
    label: str,
    template: str | None = None,
    prompt: str | None = None,
    facts: Mapping[str, object] | None = None,
    parent: Round | None = None,
    expects: Expects = "program",
    conversation: str = CODER,
    temperature: float | None = None,
    rival: str | None = None,
) -> Ask:
    """The ask that begins a conversation, or carries it on by one prompt.

    Args:
        chain: so far.
        phase: where in the method this belongs.
        label: what is asked, in a word or two; the first word tells rounds of a phase apart.
        template: name of the prompt template; it is given what `task_facts` tells, and `facts`.
        prompt: text of a template, in place of the name of one.
        facts: what else the template needs.
        parent: the round whose program the reply is meant to better or repair.
        expects: what the reply is taken for.
        conversation: whose conversation it is: the coder's holds the programs, and every other role
            sees only what it was shown itself.
        temperature: None for that of later calls.
        rival: hash of another chain's program that the prompt shows.

    Raises:
        StrategyFaultError: there is no such template, or it lacks a fact.
    """
    if (template is None) == (prompt is None):
        raise StrategyFaultError(f"{one_line(label, 60)}: one of template and prompt is wanted")
    known = {**task_facts(chain), **(facts or {})}
    if template is not None:
        rendered = render(template, **known)
    else:
        rendered = render_text(prompt or "", known, label.split(" ", 1)[0])
    if not rendered.text.strip():
        raise StrategyFaultError(f"the prompt of {one_line(label, 60)!r} is empty")
    return Ask(
        phase=phase,
        label=label,
        conversation=conversation,
        expects=expects,
        messages=(*history(chain, conversation), Message(role="user", content=rendered.text)),
        temperature=chain.settings.refine_temperature if temperature is None else temperature,
        template=rendered.template,
        parent=None if parent is None else parent.candidate,
        rival=rival,
    )


def task_facts(chain: Chain) -> dict[str, object]:
    """What every template may say of the task, and of what counts."""
    problem = chain.problem
    return {
        "statement": problem.statement,
        "stub": problem.stub,
        "entry_point": problem.entry_point or "",
        "stdin": problem.kind == "stdin",
        "objective": chain.settings.objective,
    }


def history(chain: Chain, conversation: str = CODER) -> tuple[Message, ...]:
    """All that was said in a conversation, ending with its last reply.

    What nothing may be built upon is left out: rounds that were skipped, that have no reply, that
    were flagged as cheating or that the sandbox failed.
    """
    last = last_heard(chain, conversation)
    if last is None or last.reply is None:
        return ()
    if last.ask.phase == "given":
        task = render(base_template(chain), **task_facts(chain)).text
        answer = fenced(last.code or last.reply.text, "python")
        return (Message(role="user", content=task), Message(role="assistant", content=answer))
    answer = cleaned(last.reply.text).strip("\n") or "(an empty reply)"
    return (*last.ask.messages, Message(role="assistant", content=answer))


def last_heard(chain: Chain, conversation: str = CODER) -> Round | None:
    """The last round of a conversation that later rounds may build upon."""
    return next(
        (r for r in reversed(chain.rounds) if r.ask.conversation == conversation and _usable(r)), None
    )


def last_attempt(chain: Chain) -> Round | None:
    """The last round that asked for a program, was answered, and may be built upon."""
    return next((r for r in reversed(chain.rounds) if r.ask.expects != "text" and _usable(r)), None)


def untold_code(chain: Chain, round_: Round, conversation: str = CODER) -> str:
    """A round's program where it is not the last that its conversation holds; empty where it is.

    So a prompt need not repeat what the model wrote just before, and names the program where it wrote
    others since.
    """
    told = (r for r in reversed(chain.rounds) if r.ask.conversation == conversation and _usable(r))
    last = next((r for r in told if r.ask.expects != "text"), None)
    return "" if last is not None and last.candidate == round_.candidate else round_.code or ""


def said(chain: Chain, label: str) -> str:
    """What was last replied to an ask whose label begins with a word; empty where nothing was."""
    rounds = (r for r in reversed(chain.rounds) if asked(r) == label)
    round_ = next(rounds, None)
    if round_ is None or round_.reply is None or not _usable(round_):
        return ""
    return cleaned(round_.reply.text).strip()


def base_template(chain: Chain) -> str:
    """The template that states the task."""
    return "base_stdin" if chain.problem.kind == "stdin" else "base_function"


def _usable(round_: Round) -> bool:
    kind = None if round_.outcome is None else round_.outcome.kind
    return round_.end == "replied" and kind not in _NOT_BUILT_UPON
