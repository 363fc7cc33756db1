"""A conversation grows: each ask holds all earlier asks and replies of its conversation."""

from __future__ import annotations

from perftui.llm.model import Message
from perftui.refine.actions import Ask, Expects, Phase
from perftui.refine.chain import Chain, Round
from perftui.refine.extraction import cleaned
from perftui.refine.templates import fenced, render

CODER = "coder"
_NOT_BUILT_UPON = frozenset({"flagged", "infrastructure", "skipped", "no-reply"})


def next_turn(
    chain: Chain,
    *,
    phase: Phase,
    label: str,
    template: str,
    facts: dict[str, object] | None = None,
    parent: Round | None = None,
    expects: Expects = "program",
    temperature: float | None = None,
    rival: str | None = None,
) -> Ask:
    """The ask that carries the coder's conversation on by one prompt.

    Args:
        chain: so far.
        phase: where in the method this belongs.
        label: what is asked, in a word or two.
        template: name of the prompt template; it is given what `task_facts` tells, and `facts`.
        facts: what else the template needs.
        parent: the round whose program the reply is meant to better or repair.
        expects: what the reply is taken for.
        temperature: None for that of later calls.
        rival: hash of another chain's program that the prompt shows.
    """
    prompt = render(template, **task_facts(chain), **(facts or {}))
    return Ask(
        phase=phase,
        label=label,
        conversation=CODER,
        expects=expects,
        messages=(*history(chain), Message(role="user", content=prompt.text)),
        temperature=chain.settings.refine_temperature if temperature is None else temperature,
        template=prompt.template,
        parent=None if parent is None else parent.candidate,
        rival=rival,
    )


def task_facts(chain: Chain) -> dict[str, object]:
    """What every template may say of the task."""
    problem = chain.problem
    return {
        "statement": problem.statement,
        "stub": problem.stub,
        "entry_point": problem.entry_point or "",
        "stdin": problem.kind == "stdin",
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
        said = fenced(last.code or last.reply.text, "python")
        return (Message(role="user", content=task), Message(role="assistant", content=said))
    said = cleaned(last.reply.text).strip("\n") or "(an empty reply)"
    return (*last.ask.messages, Message(role="assistant", content=said))


def last_heard(chain: Chain, conversation: str = CODER) -> Round | None:
    """The last round of a conversation that later rounds may build upon."""
    return next(
        (r for r in reversed(chain.rounds) if r.ask.conversation == conversation and _usable(r)), None
    )


def last_attempt(chain: Chain) -> Round | None:
    """The last round that asked for a program, was answered, and may be built upon."""
    return next((r for r in reversed(chain.rounds) if r.ask.expects != "text" and _usable(r)), None)


def base_template(chain: Chain) -> str:
    """The template that states the task."""
    return "base_stdin" if chain.problem.kind == "stdin" else "base_function"


def _usable(round_: Round) -> bool:
    kind = None if round_.outcome is None else round_.outcome.kind
    return round_.end == "replied" and kind not in _NOT_BUILT_UPON
