"""Normal forms of short texts: when two answers are the same answer, two phrases the same phrase."""

import re

_ARTICLE = re.compile(r"^(a|an|the)\s+")


def normal(text: str) -> str:
    """Lower case, single blanks, no final period, no leading article.

    >>> normal(" The  Kite.")
    'kite'
    """
    text = " ".join(text.lower().split()).rstrip(" .")
    return _ARTICLE.sub("", text)


def all_different(texts: list[str]) -> bool:
    return len({normal(t) for t in texts}) == len(texts)
