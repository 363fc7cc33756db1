"""A child that is a program which reads stdin and prints: compiled first, run when told to go."""

from __future__ import annotations

import atexit
import os
import threading

from perfbox import failures
from perfbox.child_link import ChildLink
from perfbox.order import Order, flush_printed, new_module


def serve(link: ChildLink, order: Order) -> None:
    """Compile, wait for the word, run to the end as an interpreter would, and say how it ended."""
    null = order.options.get("null", False)
    try:
        code = compile("", "<null>", "exec") if null else order.compile()
    except BaseException as error:
        link.answer_failure(failures.describe(error, compiling=True))
        return
    link.answer("l")
    link.receive()
    failure = None
    try:
        exec(code, new_module("__main__").__dict__)
    except SystemExit as error:
        if failures.exit_status(error) != 0:
            failure = failures.describe(error)
    except BaseException as error:
        failure = failures.describe(error)
    _wind_up()
    try:
        if failure is None:
            link.answer("v")
        else:
            link.answer_failure(failure)
    except OSError:
        # The program closed what it did not open; the status says what can still be said.
        os._exit(0 if failure is None else 1)


def _wind_up() -> None:
    """What an interpreter does at its end: join threads, call the exit handlers, flush."""
    for step in (getattr(threading, "_shutdown", None), atexit._run_exitfuncs):  # noqa: SLF001
        try:
            if step is not None:
                step()
        except BaseException:  # noqa: S112
            continue
    flush_printed()
