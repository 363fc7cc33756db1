"""A reply whose code is wrapped in something other than Markdown's fences: it is put between fences."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from perftui.refine.extraction.source import parse

_FENCE = "`" * 3
_JSON_START = re.compile(
    r"(?:(?:<tool_call>|<function_call>|```json[ \t]*\n|```[ \t]*\n|json[ \t]*\n)\s*)?(?=[{\[\"])",
    re.IGNORECASE,
)
_CODE_KEYS = frozenset(
    {
        "code",
        "solution",
        "program",
        "python",
        "answer",
        "implementation",
        "completion",
        "source",
        "optimized_code",
    }
)
_CODE_IN_TEXT = re.compile(r"\b(?:def|class|import|return|for|while|print|input)\b")
_MARK = re.compile(
    r"\[(?P<bracket>/?)(?P<word>PYTHON|CODE|SOLUTION|TESTS?)\]"
    r"|<(?P<slash>/?)(?P<tag>code|pre|python|solution|program|implementation|answer)\b[^<>\n]{0,200}>"
    r"|\\(?P<latex>begin|end)\{(?:lstlisting|verbatim|minted|python|code)\}(?:[\[{][^\]}\n]{0,80}[\]}])*"
)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#39|#x27|nbsp);")
_QUOTED_CODE = re.compile(r"^>[ ]?(?:```|def |class |import |from )", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^>(?!>)[ ]?", re.MULTILINE)
_PSEUDO_FENCE = re.compile(r"^(?P<mark>'''|\"\"\")[ \t]*(?:python3?|py)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_COPIED = re.compile(r"^(?:python)?[ \t]*Copy code[ \t]*\n?", re.MULTILINE | re.IGNORECASE)
_MOST_DEPTH = 6


def unwrapped(text: str) -> str:
    """A reply with code in JSON, tags, quotation marks or escapes written as Markdown would have it.

    A reply that is a program already is given back unchanged.
    """
    if parse(text) is not None and not text.lstrip().startswith(("{", "[", '"', "'''", '"""')):
        return text
    code = _from_json(text)
    if code is not None:
        return f"{_FENCE}python\n{code}\n{_FENCE}"
    text = _COPIED.sub("", text)
    if _QUOTED_CODE.search(text) is not None:
        text = _QUOTE_MARK.sub("", text)
    if _FENCE in text or "~~~" in text:
        return text
    return _marks_to_fences(_pseudo_fence_to_fence(_with_line_feeds(text)))


def _from_json(text: str) -> str | None:
    """The code in a reply that is JSON: under a key that says so, else what looks most like code."""
    text = text.lstrip()
    start = _JSON_START.match(text)
    if start is None:
        return None
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start.end())
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, str | dict | list):
        return None
    found = [(key, code) for key, code in _strings("", value, 0) if _CODE_IN_TEXT.search(code)]
    named = [code for key, code in found if key.lower() in _CODE_KEYS]
    likely = [code for _, code in found if "\n" in code]
    return max(named or likely, key=len, default=None)


def _strings(key: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    """All texts of a JSON value, each with the key that it stands under."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _strings(str(name), below, depth + 1)
    elif isinstance(value, list):
        for below in value:
            yield from _strings(key, below, depth + 1)


def _with_line_feeds(text: str) -> str:
    """A reply of one line that holds the escapes of many."""
    if "\n" in text.strip() or text.count("\\n") < 2 or _CODE_IN_TEXT.search(text) is None:
        return text
    return text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').strip("\"' ")


def _pseudo_fence_to_fence(text: str) -> str:
    """Code between quotation marks of which the first ones name the language."""
    start = _PSEUDO_FENCE.search(text)
    if start is None:
        return text
    before, code = text[: start.start()], text[start.end() :]
    end = code.rfind(f"\n{start['mark']}")
    code, after = (code, "") if end < 0 else (code[:end], code[end + 4 :])
    return f"{before}{_FENCE}python{code}\n{_FENCE}\n{after}"


def _marks_to_fences(text: str) -> str:
    """Tags and other marks around code as fences, entities between HTML's tags as characters."""
    if _MARK.search(text) is None or _CODE_IN_TEXT.search(text) is None or parse(text) is not None:
        return text
    marked = _MARK.sub(_fence_for, text)
    return html.unescape(marked) if _ENTITY.search(marked) else marked


def _fence_for(mark: re.Match[str]) -> str:
    if mark["bracket"] or mark["slash"] or mark["latex"] == "end":
        return f"\n{_FENCE}\n"
    language = "tests" if (mark["word"] or "").startswith("TEST") else "python"
    return f"\n{_FENCE}{language}\n"
