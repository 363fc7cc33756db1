"""A child that answers calls of a function, each with its own freshly decoded arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from perfbox import codec, failures
from perfbox.child_link import ChildLink
from perfbox.order import Order, flush_printed, new_module

FUNCTION_MODULE = "solution"


class NoEntryPointError(Exception):
    """The program does not define what is to be called."""


def serve(link: ChildLink, order: Order) -> None:
    """Load the program, then answer calls until the requests end."""
    function = _load(link, order)
    if function is None:
        return
    while True:
        kind, payload = link.receive()
        for arguments in payload.split(b"\n") if kind == "m" else (payload,):
            try:
                output = _call(function, arguments, with_keywords=kind == "k", limit=order.output_bytes)
            except BaseException as error:
                flush_printed()
                link.answer_failure(failures.describe(error))
                del error
            else:
                flush_printed()
                link.answer("v", output)


def find_entry_point(namespace: dict[str, Any], name: str | None) -> Callable[..., Any]:
    """The function that a loaded program defines.

    Raises:
        NoEntryPointError: there is none.
    """
    function = namespace.get(str(name))
    if not callable(function):
        raise NoEntryPointError(f"the program defines no function {name}")
    return function  # type: ignore[no-any-return]


def encode_within(value: Any, limit: int) -> bytes:
    """A coded value as bytes.

    Raises:
        OutputLimitError: it is longer than allowed.
    """
    output = codec.encode(value).encode("ascii")
    if len(output) > limit:
        raise failures.OutputLimitError(f"the output takes {len(output)} bytes, {limit} are allowed")
    return output


def _load(link: ChildLink, order: Order) -> Callable[..., Any] | None:
    compiling = True
    try:
        code = order.compile()
        compiling = False
        namespace = new_module(FUNCTION_MODULE).__dict__
        exec(code, namespace)
        compiling = True
        function = find_entry_point(namespace, order.entry_point)
    except BaseException as error:
        flush_printed()
        link.answer_failure(failures.describe(error, compiling=compiling))
        return None
    flush_printed()
    link.answer("l")
    return function


def _call(function: Callable[..., Any], payload: bytes, *, with_keywords: bool, limit: int) -> bytes:
    arguments = codec.decode(payload.decode("utf-8"))
    keywords: dict[str, Any] = {}
    if with_keywords:
        arguments, keywords = arguments
    return encode_within(function(*arguments, **keywords), limit)
