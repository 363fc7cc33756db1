"""From a model's reply to a program: `extract` is the way in."""

from __future__ import annotations

from perftui.refine.extraction.extract import Extracted, NoProgram, extract
from perftui.refine.extraction.reply import cleaned

__all__ = ["Extracted", "NoProgram", "cleaned", "extract"]
