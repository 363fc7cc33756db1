"""What of numpy is plain data: scalars that have an equal Python value, and arrays of such.

numpy is never loaded here: a program's value can be numpy's only where the program has it.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_PYTHON = {"b": bool, "i": int, "u": int, "f": float, "c": complex}
"""By the kind of a type of numpy."""

_WIDEST = {"f": 8, "c": 16}
"""In bytes: a long double has no equal Python float."""

_ITEMS = frozenset("biufcUSO")


class Array:
    """An array in its plain form: its shape, and its items in order."""

    def __init__(self, shape: list[int], items: list[Any]) -> None:
        self.shape = shape
        self.items = items

    def restored(self) -> Any:
        """As an array of numpy; None where there is none to be had."""
        try:
            return importlib.import_module("numpy").array(self.items).reshape(self.shape)
        except (ImportError, ValueError, TypeError, OverflowError):
            return None


def is_of_numpy(kind: type) -> bool:
    """Whether a type is one of numpy's own: what a program derives from them may behave otherwise."""
    numpy = sys.modules.get("numpy")
    try:
        return numpy is not None and (kind is numpy.ndarray or numpy.dtype(kind).type is kind)
    except Exception:
        return False


def plain(value: Any) -> Any:
    """The equal Python value, or an Array; None where there is neither."""
    try:
        kind, size = value.dtype.kind, value.dtype.itemsize
        if size > _WIDEST.get(kind, size):
            return None
        if not hasattr(value, "__len__") or value.shape == ():
            return _PYTHON[kind](value) if kind in _PYTHON else None
        return Array(list(value.shape), value.ravel().tolist()) if kind in _ITEMS else None
    except Exception:
        return None
