"""Whether the words before a block give it as the answer, or offer it beside the answer."""

from __future__ import annotations

import re

_OFFER = re.compile(
    r"\balternative(?:ly)?\b|\banother (?:way|approach|option|version)\b|\bor even\b|\bvariant\b"
    r"|\b(?:you|one) (?:can|could|may|might) also\b"
    r"|\bif you(?:'d| would)? (?:only |also |just )?(?:want|need|prefer|wish|like|are looking)\b"
    r"|如果你?(?:想|需要|希望)|另一种|另外一种|也可以",
    re.IGNORECASE,
)
"""A second road, for one who wants something else than was asked."""
_RETRACTION = re.compile(
    r"\bhowever\b|\bdoes(?: not|n't) work\b|\bnot (?:efficient|optimal|correct)\b|\binefficient\b"
    r"|\btoo slow\b|\btime limit\b|\bincorrect\b|\bwrong\b|\bmistake\b|\bbug\b"
    r"|\bcorrected\b|\bfixed version\b|\bfinal\b|但是|不正确|超时|最终",
    re.IGNORECASE,
)
"""The road taken so far is left."""
_LOOKED_AT = 400


def is_offer(words: str) -> bool:
    """Whether what stands between two blocks offers the later one beside the earlier one.

    Args:
        words: the prose; only its last two paragraphs and their heading are heard.
    """
    near = "\n\n".join(words.strip().split("\n\n")[-3:])[-_LOOKED_AT:]
    return _OFFER.search(near) is not None and _RETRACTION.search(near) is None
