"""Text that others read: JSON, CSV and Markdown tables, safe for what shows them."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from perftui.judging.results import as_plain
from perftui.text import one_line

_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON lets through as it is: late control codes, and characters that turn the direction of text."""

_FORMULA_STARTS = ("=", "+", "-", "@")


def json_text(value: object) -> str:
    """Indented JSON; numbers that are not finite become null, and what a terminal may obey is escaped."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=as_plain), indent=2).decode()
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as CSV with a header; what is None or not finite is empty. No text is taken for a formula.

    Args:
        rows: all with the same keys.
    """
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are set right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str, limit: int = 80) -> str:
    """Foreign text fit for a cell of a Markdown table."""
    return one_line(text, limit).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def fields(struct: msgspec.Struct) -> dict[str, object]:
    """A struct's fields by name, in their order."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return _cell(" ".join(map(str, value)))
    if not isinstance(value, str):
        return value
    text = one_line(value, 1000)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
