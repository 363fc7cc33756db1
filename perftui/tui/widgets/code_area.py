"""A text that a person edits; a program is highlighted as it is typed."""

from __future__ import annotations

import warnings

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType
from textual.events import Paste
from textual.widgets import TextArea

from perftui.text import one_line, printable

_NAMES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"), (Keyword, "keyword"), (String, "string"), (Number, "number"),
    (Name.Function, "function"), (Name.Class, "class"), (Name.Builtin, "function"),
)  # fmt: skip
_MOST_HIGHLIGHTED = 50_000
"""Characters up to which a program is highlighted anew at each key."""


class CodeArea(TextArea):
    """Shows printable text only: what is put into it is made so."""

    def __init__(self, text: str, *, code: bool) -> None:
        self._code = code
        super().__init__(
            printable(text),
            theme="css",
            soft_wrap=not code,
            show_line_numbers=code,
            tab_behavior="indent" if code else "focus",
            compact=True,
            placeholder="empty",
        )

    def take(self, text: str) -> None:
        """Put another text in its place, as one change that can be taken back."""
        self.replace(printable(text), (0, 0), self.document.end)

    async def _on_paste(self, event: Paste) -> None:
        # Textual calls that of the base class after this one.
        event.text = printable(event.text)

    def _build_highlight_map(self) -> None:
        # Textual highlights by tree-sitter, which is not a dependency; pygments is one of textual's.
        super()._build_highlight_map()
        if not self._code or len(self.text) > _MOST_HIGHLIGHTED:
            return
        row = column = 0
        for token, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(self.text):
            name = next((name for kind, name in _NAMES if str(token).startswith(str(kind))), None)
            for index, part in enumerate(value.split("\n")):
                if index:
                    row, column = row + 1, 0
                end = column + len(part.encode())
                if name is not None and part:
                    self._highlights[row].append((column, end, name))
                column = end


def compile_trouble(code: str) -> str:
    """Why a program does not compile, in a line; empty where it does. Nothing of it is run."""
    if not code.strip():
        return "no program yet"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "program", "exec", dont_inherit=True)
    except SyntaxError as error:
        return one_line(f"line {error.lineno or 1}: {error.msg}")
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return one_line(str(error) or "too deeply nested")
    return ""
