"""A child that is timed: its phases, each between two requests, so that its clock is read at rest.

d  load     the module's code, once a pass, each in a namespace of its own
i  decode   the inputs of every pass; of a single pass, before the program is loaded
f  first    the first pass: whole, or the one input whose index is given
r  rest     all later passes
o  encode   the outputs of one pass, which is named only now; sometimes before the rest
"""

from __future__ import annotations

import gc
import types
from collections.abc import Callable
from typing import Any

from perfbox import codec, failures
from perfbox.child_calls import FUNCTION_MODULE, encode_within, find_entry_point
from perfbox.child_link import ChildLink
from perfbox.order import Order, flush_printed, new_module


def _nothing(*_arguments: Any) -> None:
    return None


class Trial:
    """The state between the phases of one timed execution."""

    def __init__(self, order: Order, code: types.CodeType) -> None:
        self._order = order
        self._code = code
        self._repeats = int(order.options["repeats"])
        self._null = bool(order.options["null"])
        self._functions: list[Callable[..., Any]] = []
        self._inputs: list[list[tuple[Any, ...]]] = []
        self._outputs: list[list[Any]] = [[] for _ in range(self._repeats)]

    def load(self, _body: bytes) -> bytes:
        """Run the module's code for every pass."""
        if self._null:
            self._functions = [_nothing] * self._repeats
            return b""
        for _ in range(self._repeats):
            namespace = new_module(FUNCTION_MODULE).__dict__
            exec(self._code, namespace)
            self._functions.append(find_entry_point(namespace, self._order.entry_point))
        _settle()
        return b""

    def decode(self, body: bytes) -> bytes:
        """Decode the inputs (lines) for every pass."""
        lines = body.decode("utf-8").split("\n") if body else []
        self._inputs = [[codec.decode(line) for line in lines] for _ in range(self._repeats)]
        _settle()
        return b""

    def first(self, body: bytes) -> bytes:
        """Call the first pass's function: on one input where its index is given, else on all."""
        if body:
            self._outputs[0].append(self._functions[0](*self._inputs[0][int(body)]))
        else:
            self._pass(0)
        return b""

    def rest(self, _body: bytes) -> bytes:
        """Run every later pass."""
        for number in range(1, self._repeats):
            self._pass(number)
        return b""

    def encode(self, body: bytes) -> bytes:
        """The outputs of one pass, coded, as lines."""
        limit = self._order.output_bytes
        return b"\n".join(encode_within(output, limit) for output in self._outputs[int(body)])

    def _pass(self, number: int) -> None:
        function, outputs = self._functions[number], self._outputs[number]
        for arguments in self._inputs[number]:
            outputs.append(function(*arguments))


def _settle() -> None:
    """Have no garbage of one phase collected in the next."""
    gc.collect()
    gc.freeze()


def serve(link: ChildLink, order: Order) -> None:
    """Compile, then go through the phases as they are asked for."""
    try:
        trial = Trial(order, order.compile())
    except BaseException as error:
        link.answer_failure(failures.describe(error, compiling=True))
        return
    link.answer("l")
    phases: dict[str, Callable[[bytes], bytes]] = {
        "d": trial.load,
        "i": trial.decode,
        "f": trial.first,
        "r": trial.rest,
        "o": trial.encode,
    }
    while True:
        kind, body = link.receive()
        try:
            output = phases[kind](body)
        except BaseException as error:
            link.answer_failure(failures.describe(error))
            return
        if kind == "o":
            flush_printed()
        link.answer("v", output)
