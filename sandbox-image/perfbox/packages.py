"""Packages beside the standard library: which are here, and how a zygote loads them for its children."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import re
from collections.abc import Sequence

_MODULES = {"numpy": ("numpy", "numpy.linalg", "numpy.random", "numpy.fft", "numpy.ma")}
"""What is loaded for a package; a program that needs more of it loads that by itself."""

SINGLE_THREADED = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Without these a library would start threads as it is loaded, and a zygote must have one only."""


def installed() -> dict[str, str]:
    """The packages that are here, with their versions; none of them is loaded for that."""
    return {name: version for name in _MODULES if (version := _version(name)) is not None}


def load(names: Sequence[str]) -> None:
    """Load packages; what cannot be loaded is left to the programs to find out."""
    for name in names:
        for module in _MODULES[name]:
            with contextlib.suppress(ImportError):
                importlib.import_module(module)
    if "numpy" in names:
        _use_numpy()


def _use_numpy() -> None:
    """Use it once, so that children need not; and let each draw its own random numbers."""
    with contextlib.suppress(ImportError):
        numpy = importlib.import_module("numpy")
        os.register_at_fork(after_in_child=numpy.random.seed)
        items = numpy.arange(64, dtype=float).reshape(8, 8)
        numpy.linalg.solve(items @ items.T + numpy.eye(8), items.sum(axis=0)).tolist()
        numpy.sort(numpy.array([3, 1, 2]))


def _version(name: str) -> str | None:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    pattern = re.compile(rf"{name}-([0-9][^-]*)(-.*)?\.(dist|egg)-info")
    with contextlib.suppress(OSError):
        for entry in os.listdir(os.path.dirname(os.path.dirname(spec.origin))):  # noqa: PTH120, PTH208
            match = pattern.fullmatch(entry)
            if match is not None:
                return match[1]
    return "unknown"
