"""A key, kept out of everything that is shown or stored."""

from __future__ import annotations

import re

from perftui.text import one_line

_KEY_LIKE = re.compile(r"\b(?:sk|gsk|pk|xai|key|csk|fw)[-_][\w*.\-]{6,}|\bBearer\s+\S+", re.IGNORECASE)

_LEAST_TELLING = 16


class Secret:
    """A key that does not show itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)" if self._value else "Secret()"

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """The key itself, for the header that carries it and nothing else."""
        return self._value

    def hide(self, text: str) -> str:
        """Foreign text on one printable line, with this key and all that looks like one taken out."""
        if self._value:
            text = text.replace(self._value, "…")
        return one_line(_KEY_LIKE.sub("…", text))

    def cut(self, text: str) -> str:
        """Foreign text as it is, but for this key; one so short that it may be a word of it is left."""
        return text.replace(self._value, "…") if len(self._value) >= _LEAST_TELLING else text
