"""Which lines of two texts belong together: quick on long and repetitive ones, as difflib is not. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Tag = Literal["equal", "change"]

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_MOST_WORK = 250_000
"""Up to which product of lengths a gap is looked at exactly; beyond, lines that are common match nothing."""
_MOST_WORDS = 300
_LEAST_ALIKE = 0.4
"""Lines that share less than this are not the same line in another form."""


class Block(NamedTuple):
    """A stretch of both texts: the same in both, or not.

    Attributes:
        tag: whether it is the same.
        a: its lines in the old text, 0-based.
        b: its lines in the new one; of the same length as `a` where it is the same.
    """

    tag: Tag
    a: range
    b: range


def blocks(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """All of both texts, in order, in as few stretches as were found."""
    found: list[Block] = []
    for block in _blocks(a, b, range(len(a)), range(len(b))):
        last = found[-1] if found else None
        if last is not None and last.tag == block.tag:
            merged = range(last.a.start, block.a.stop), range(last.b.start, block.b.stop)
            found[-1] = Block(block.tag, *merged)
        elif block.a or block.b:
            found.append(block)
    return found


def changed_words(old: str, new: str) -> tuple[list[range], list[range]]:
    """Which characters of two forms of a line differ; nothing where they are two lines, or very long."""
    words_a, words_b = _WORD.findall(old), _WORD.findall(new)
    if max(len(words_a), len(words_b)) > _MOST_WORDS:
        return [], []
    matcher = SequenceMatcher(None, words_a, words_b, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return [], []
    starts_a, starts_b = _starts(words_a), _starts(words_b)
    of_a: list[range] = []
    of_b: list[range] = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag != "equal":
            of_a += [range(starts_a[a1], starts_a[a2])] if a2 > a1 else []
            of_b += [range(starts_b[b1], starts_b[b2])] if b2 > b1 else []
    return of_a, of_b


def _blocks(a: Sequence[str], b: Sequence[str], in_a: range, in_b: range) -> Iterator[Block]:
    head = 0
    while head < min(len(in_a), len(in_b)) and a[in_a[head]] == b[in_b[head]]:
        head += 1
    tail = 0
    while tail < min(len(in_a), len(in_b)) - head and a[in_a[-1 - tail]] == b[in_b[-1 - tail]]:
        tail += 1
    yield Block("equal", in_a[:head], in_b[:head])
    yield from _middle(a, b, in_a[head : len(in_a) - tail], in_b[head : len(in_b) - tail])
    yield Block("equal", in_a[len(in_a) - tail :], in_b[len(in_b) - tail :])


def _middle(a: Sequence[str], b: Sequence[str], in_a: range, in_b: range) -> Iterator[Block]:
    if not in_a or not in_b:
        yield Block("change", in_a, in_b)
        return
    anchors = _anchors(a, b, in_a, in_b)
    if not anchors:
        yield from _by_difflib(a, b, in_a, in_b)
        return
    from_a, from_b = in_a.start, in_b.start
    for at_a, at_b in [*anchors, (in_a.stop, in_b.stop)]:
        yield from _blocks(a, b, range(from_a, at_a), range(from_b, at_b))
        if at_a < in_a.stop and at_b < in_b.stop:
            yield Block("equal", range(at_a, at_a + 1), range(at_b, at_b + 1))
        from_a, from_b = at_a + 1, at_b + 1


def _anchors(a: Sequence[str], b: Sequence[str], in_a: range, in_b: range) -> list[tuple[int, int]]:
    """Lines that occur once in each stretch, in the longest order that both have (patience diff)."""
    count_a, count_b = Counter(a[i] for i in in_a), Counter(b[j] for j in in_b)
    place_b = {b[j]: j for j in in_b if count_b[b[j]] == 1}
    pairs = [(i, place_b[a[i]]) for i in in_a if count_a[a[i]] == 1 and a[i] in place_b]
    ends: list[int] = []
    last_of: list[int] = []
    before: list[int | None] = []
    for index, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(last_of[length - 1] if length else None)
        ends[length : length + 1] = [j]
        last_of[length : length + 1] = [index]
    found: list[tuple[int, int]] = []
    at = last_of[-1] if last_of else None
    while at is not None:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _by_difflib(a: Sequence[str], b: Sequence[str], in_a: range, in_b: range) -> Iterator[Block]:
    exact = len(in_a) * len(in_b) <= _MOST_WORK
    mine, theirs = [a[i] for i in in_a], [b[j] for j in in_b]
    matcher = SequenceMatcher(None, mine, theirs, autojunk=not exact)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        yield Block("equal" if tag == "equal" else "change", in_a[a1:a2], in_b[b1:b2])


def _starts(words: Sequence[str]) -> list[int]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts
