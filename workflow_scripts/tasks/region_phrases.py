"""Described regions of Visual Genome: which phrase belongs to which region, and to no other.

A photo has up to hundreds of regions, many around one thing in other words, so that a phrase often holds of more than
the region it was written for. Phrases are compared by their words; what is in doubt is not asked about.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import Region, area, intersection, iou, is_usable

MIN_WORDS = 2  # "sky" and "a window" describe too much
SAME = 0.5  # IoU from which two regions may be around one thing: either is a right answer by the metric
APART = 0.1  # of the smaller region's area, which two regions that have nothing to do with each other share at most

_OF_ALL = re.compile(  # describes the picture, whatever part of it was marked
    r"\b(indoors?|outdoors?|daytime|scene|photo|photograph|(picture|image|day) (is|was))\b"
)
_LINKS, _EMPTY = (  # words that may follow the things that a phrase is about; others that say nothing
    frozenset(text.split())
    for text in (
        "about above across against along among around at before behind below beneath beside between by for from has "
        "have holding in inside into is are was were near next of off on onto outside over riding that through to "
        "toward under underneath up wearing which who with",
        "a an the and or as be been being can does do done his her its it their there these this those they he she",
    )
)
_STOP = _LINKS | _EMPTY
_ONE_WORD = {  # what one annotator calls this and another that
    word: group.split()[0]
    for group in (
        "person people man men woman women boy girl guy lady kid child children player someone gentleman adult human",
        "vehicle car truck van suv automobile",
        "road street",
        "sidewalk pavement paver",
        "sofa couch futon loveseat",
        "bicycle bike",
        "television tv monitor screen",
        "airplane plane jet",
        "building skyscraper house",
        "grey gray",
        "mug cup",
    )
    for word in group.split()
}


@dataclass(frozen=True)
class Described:
    """A region with its phrase.

    words: those of the phrase that say something. head: those of them before its first preposition or verb.
    """

    region_id: int
    region: Region
    phrase: str
    words: frozenset[str]
    head: frozenset[str]

    def may_be_meant_by(self, other: "Described") -> bool:
        """Whether the other's phrase holds of this one: "a brown dog" of "the dog on the grass is brown"."""
        return other.words <= self.words and not other.head.isdisjoint(self.head)


def tidy(phrase: str) -> str:
    """As captions are written: no capital first, no final period.

    >>> tidy("A man at the STOP sign.")
    'a man at the STOP sign'
    """
    first, blank, rest = phrase.rstrip(" .").partition(" ")
    return (first.lower() if first.istitle() else first) + blank + rest


def words(phrase: str) -> Iterator[str]:
    """In order and in lower case; a plural, and different words for one thing, are one word.

    >>> list(words("A guy's brown dogs"))
    ['a', 'person', 'brown', 'dog']
    """
    for word in re.findall(r"[^\W_]+", phrase.lower().replace("'s", "")):
        if word not in _STOP and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
        yield _ONE_WORD.get(word, word)


def described(photo: Photo) -> list[Described]:
    """All regions whose phrase says something of a part of the photo."""
    found = []
    for r in photo.regions:
        phrase = tidy(r.phrase)
        every = list(words(phrase))
        saying = [word not in _STOP for word in every]
        start = next((n for n, word in enumerate(every) if word in _LINKS and any(saying[:n])), None)
        head = frozenset(every[:start]) - _STOP
        if head and not _OF_ALL.search(phrase.lower()):
            found.append(Described(r.region_id, r.region, phrase, frozenset(every) - _STOP, head))
    return found


def usable(photo: Photo, regions: Iterable[Described]) -> list[Described]:
    return [r for r in regions if is_usable(r.region, photo.width, photo.height)]


def told_apart(photo: Photo) -> list[Described]:
    """The usable regions whose phrase can mean no region but those around the same thing."""
    everything = described(photo)
    return [
        r
        for r in usable(photo, everything)
        if len(r.words) >= MIN_WORDS
        and not any(o.may_be_meant_by(r) and iou(o.region, r.region) < SAME for o in everything)
    ]


def apart(a: Region, b: Region) -> bool:
    """Neither in each other nor overlapping by more than a little."""
    return intersection(a, b) <= APART * min(area(a), area(b))


def foreign(target: Described, candidates: Iterable[Described], everything: Sequence[Described]) -> Iterator[Described]:
    """Those of the candidates whose phrase is wrong of the target.

    They lie apart from it, are about other things, and are no shorter or longer wording of what overlaps it.
    """
    near = [r for r in everything if not apart(r.region, target.region)]
    for c in candidates:
        near_ones_say_it = any(c.words <= r.words or r.words <= c.words for r in near)  # c itself, if it is near
        if c.head.isdisjoint(target.head) and not near_ones_say_it:
            yield c
