"""When two predicates of Visual Genome say the same, and what else holds where one is stated.

Annotators write them freely: "wears", "wearing a" and "is wearing" are one predicate, "next to" and "beside" too.
"""

import functools

from nltk.stem.porter import PorterStemmer

Key = tuple[str, ...]  # what is the same for all spellings of a predicate

_stem = functools.lru_cache(maxsize=50_000)(PorterStemmer().stem)
_EMPTY = {"is", "are", "was", "were", "be", "being", "been", "a", "an", "the", "some", "his", "her", "its", "their"}
_SAME_VERB = {"has": "have"}  # has no stem of its own
_SAME = """
has, with, featuring
wearing, dressed in
near, next to, beside, by, close to, adjacent to, alongside, along, at, on side of
on, on top of, atop
under, below, beneath, underneath
above, over
in, inside, inside of, within
of, part of, belonging to, belongs to
in front of, before
behind, in back of
left of, to left of, on left of, on left side of
right of, to right of, on right of, on right side of
""".strip().splitlines()
_ALSO = (("wearing", "has"), ("holding", "has"), ("carrying", "has"))  # who does the first, does the second
_INVERSE = (  # a to b by one, b to a by the other
    *(("near", "near"), ("on", "under"), ("above", "under"), ("in front of", "behind"), ("left of", "right of")),
    *(("has", "of"), ("has", "on"), ("wearing", "on")),
)


@functools.lru_cache(maxsize=50_000)
def plain(predicate: str) -> str:
    """Without auxiliaries before and articles behind; empty if it denies something, or nothing is left.

    >>> plain("is wearing a"), plain("are"), plain("is not on")
    ('wearing', '', '')
    """
    words = "".join(c if c.isalnum() or c in "'-" else " " for c in predicate.lower()).split()
    if "not" in words:
        return ""
    while words and words[0] in _EMPTY:
        words = words[1:]
    while words and words[-1] in _EMPTY:
        words = words[:-1]
    return " ".join(words)


@functools.lru_cache(maxsize=50_000)
def key(predicate: str) -> Key:
    """The same for all spellings of a predicate.

    >>> key("wears") == key("is wearing a"), key("beside") == key("next to a")
    (True, True)
    """
    stems = stemmed(predicate)
    return _canonical().get(stems, stems)


@functools.lru_cache(maxsize=50_000)
def stemmed(text: str) -> Key:
    """The stems of its words, those left out that say nothing."""
    return tuple(_stem(_SAME_VERB.get(word, word)) for word in plain(text).split() if word not in _EMPTY)


@functools.lru_cache(maxsize=50_000)
def implied(predicate: str) -> frozenset[Key]:
    """What may be said where this is stated, itself among it: "on" of what is "standing on".

    >>> key("on") in implied("standing on"), key("standing on") in implied("on")
    (True, False)
    """
    stems = stemmed(predicate)
    ends = [stems, *(stems[start:] for start in range(1, len(stems)) if stems[start:] != ("of",))]  # "in front of"
    found = {_canonical().get(end, end) for end in ends}
    return frozenset(found | {key(general) for special, general in _ALSO if key(special) in found})


@functools.lru_cache(maxsize=50_000)
def implied_backwards(predicate: str) -> frozenset[Key]:
    """What may be said of b and a where this is stated of a and b: "under" of what something is "on"."""
    stated = implied(predicate)
    both = (*_INVERSE, *((b, a) for a, b in _INVERSE))
    return frozenset(key(there) for here, there in both if key(here) in stated)


@functools.cache
def _canonical() -> dict[Key, Key]:
    """Stems of each predicate in _SAME -> those of the first in its line."""
    lines = (line.split(", ") for line in _SAME)
    return {stemmed(predicate): stemmed(line[0]) for line in lines for predicate in line}
