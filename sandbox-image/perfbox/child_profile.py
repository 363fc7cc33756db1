"""A child that is profiled: loaded and run once on one input, with a meter on its lines.

It ends itself a little before its deadline, so that a partial profile is told. A program that spends all
its time in one call into C, or that defends itself, is killed at the deadline, and there is none.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from perfbox import codec, failures
from perfbox.child_calls import FUNCTION_MODULE, find_entry_point
from perfbox.child_link import ChildLink
from perfbox.line_meter import LineMeter, metered
from perfbox.order import Order, flush_printed, new_module

_AGAIN_SECONDS = 0.02
_MOST_LINES = 5_000


class TimeUpError(BaseException):
    """The time that a profile may take is over; no `except Exception` of a program's stops it."""


def serve(link: ChildLink, order: Order) -> None:
    """Compile, wait for the input, run under the meter, and tell."""
    try:
        code = order.compile()
    except BaseException as error:
        link.answer_failure(failures.describe(error, compiling=True))
        return
    link.answer("l")
    _, body = link.receive()
    meter, failure, partial = LineMeter(), None, False
    run = _program(order, code) if order.entry_point is None else _function(order, code, body)
    try:
        with _time_limit(float(order.options["seconds"])), metered(meter, code):
            run()
    except TimeUpError:
        partial = True
    except SystemExit as error:
        failure = failures.describe(error) if failures.exit_status(error) else None
    except BaseException as error:
        failure = failures.describe(error)
    flush_printed()
    told = {"lines": _hottest(meter), "partial": partial, "failure": failure}
    link.answer("v", json.dumps(told).encode("ascii"))


def _function(order: Order, code: Any, body: bytes) -> Callable[[], object]:
    arguments = codec.decode(body.decode("utf-8"))

    def run() -> object:
        namespace = new_module(FUNCTION_MODULE).__dict__
        exec(code, namespace)
        return find_entry_point(namespace, order.entry_point)(*arguments)

    return run


def _program(_order: Order, code: Any) -> Callable[[], object]:
    return lambda: exec(code, new_module("__main__").__dict__)


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in the body when its time is up, and again where it goes on."""
    within = True

    def on_alarm(_signal: int, _frame: object) -> None:
        if within:
            raise TimeUpError

    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
    try:
        yield
    finally:
        within = False
        signal.setitimer(signal.ITIMER_REAL, 0)


def _hottest(meter: LineMeter) -> list[list[int]]:
    """Line, hits and ns of the lines that took longest, in the order of the program."""
    numbers = sorted(meter.hits, key=lambda line: -meter.spent.get(line, 0))[:_MOST_LINES]
    return [[line, meter.hits[line], meter.spent.get(line, 0)] for line in sorted(numbers)]
