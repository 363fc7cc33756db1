"""The form of a new run, checked by the same code as `perftui run`, whose flags it stands for."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import cast

import click

from perftui.cli.launch import Launch, Watch
from perftui.cli.models import check_model_now, opener
from perftui.cli.own import folders, own_in_use
from perftui.cli.run import RunFlags, run, wanted
from perftui.errors import BadInputError, PerftuiError
from perftui.events.plan import RunPlan
from perftui.problems.benchmarks import NAMES
from perftui.problems.model import Benchmark
from perftui.refine.catalogue import in_use
from perftui.store.readers import Reader
from perftui.text import one_line
from perftui.tui.launching import Checked, Choices, Field, NewRun

_FLAGS: dict[Field, str] = {
    "data": "--data",
    "model": "--model",
    "base_url": "--base-url",
    "strategy": "--strategy",
    "chains": "--chains",
    "problems": "--problems",
    "limit": "--limit",
    "timing_seconds": "--timing-budget",
    "dollars": "--max-dollars",
    "price": "--price",
    "sandbox": "--sandbox",
}


def arguments(form: NewRun) -> list[str]:
    """The arguments of `perftui run` that a form stands for."""
    words = [form.benchmark] if form.benchmark else []
    for field, flag in _FLAGS.items():
        value = str(getattr(form, field))
        if value:
            words += [flag, value]
    return words


def check_form(form: NewRun, db: Path) -> Checked:
    """See whether a form can be run; nothing is sent. To be called in a thread."""
    command = shlex.join(["perftui", "run", *arguments(form)])
    missing: dict[Field, str] = {}
    if not form.benchmark:
        missing["benchmark"] = "which problems? a name, a file or a folder"
    if not form.model:
        missing["model"] = "which model? PROVIDER/NAME or recorded:FILE"
    if missing:
        return Checked(errors=missing, command=command)
    try:
        plan, chosen = _plan(form, db)
        with own_in_use(plan.strategies, plan.prompts):
            check_model_now(plan)
    except click.UsageError as error:
        return Checked(errors={_field_of(error): one_line(error.format_message())}, command=command)
    except PerftuiError as error:
        return Checked(errors={_field_named(str(error)): one_line(str(error))}, command=command)
    count = len(chosen.problems)
    said = "1 problem" if count == 1 else f"{count} problems"
    budget = plan.budget.run_seconds
    remarks: dict[Field, str] = {"benchmark": said}
    if budget is not None and not form.timing_seconds:
        remarks["timing_seconds"] = f"{budget:g} s where nothing is typed"
    return Checked(remarks=remarks, command=command)


def launch_of(form: NewRun, db: Path, watch: Watch) -> Launch:
    """The run that a form stands for. To be called in a thread.

    Raises:
        PerftuiError: it cannot be run.
    """
    try:
        plan, chosen = _plan(form, db)
    except click.UsageError as error:
        raise BadInputError(error.format_message()) from error
    return Launch(
        plan=plan, problems=chosen.problems, open_model=opener(plan), db=db, watch=watch, linger=True
    )


async def choices_of(reader: Reader) -> Choices:
    """What the form offers: what there is, and what was used before."""
    runs = await reader.runs()
    return Choices(
        benchmarks=list(dict.fromkeys([*NAMES, *(one.benchmark for one in runs)])),
        models=list(dict.fromkeys(one.model for one in runs)),
        strategies=[(strategy.name, strategy.description) for strategy in in_use().presets],
    )


def _plan(form: NewRun, db: Path) -> tuple[RunPlan, Benchmark]:
    with run.make_context("run", arguments(form)) as context:
        flags = cast("RunFlags", context.params)
        with own_in_use(*folders(flags["strategies"], flags["prompts"])):
            plans, chosen = wanted(flags, db)
    if len(plans) > 1:
        raise BadInputError("a sweep of several runs is begun on the command line")
    return plans[0], chosen


def _field_of(error: click.UsageError) -> Field:
    name = getattr(getattr(error, "param", None), "name", None)
    known = {flag[2:].replace("-", "_"): field for field, flag in _FLAGS.items()}
    return known.get(name or "", "benchmark")


def _field_named(text: str) -> Field:
    """The field that an error is about: the one whose flag or word it names."""
    for field, flag in _FLAGS.items():
        if flag in text or f"{field} " in text.lower():
            return field
    return "benchmark"
