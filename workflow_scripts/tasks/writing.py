"""Writing in COCO-Text's photos that a question can be asked about."""

from collections.abc import Iterable
from itertools import takewhile

from workflow_scripts.datasets.coco_text import Photo, Text
from workflow_scripts.regions import Region, area, intersection, is_usable

AREA_PER_LETTER = 500 / (640 * 480)  # of the picture, at least: 500 square pixels in a photo of the usual size
MAX_SHARED = 0.2  # of the smaller of two regions, or one shows what is written in the other


def alone(photo: Photo) -> list[Text]:
    """The texts that are large enough and share their region with no other text, by id."""
    found = [
        t
        for t in photo.texts
        if is_usable(t.region, photo.width, photo.height)
        and all(other is t or apart(t.region, other.region) for other in photo.texts)
    ]
    return sorted(found, key=lambda t: t.text_id)


def transcribed(photo: Photo) -> list[Text]:
    """All texts of which it is known what they say."""
    return [t for t in photo.texts if t.legible and t.string is not None and letters(t.string)]


def readable(photo: Photo) -> list[Text]:
    """Those of `alone` and `transcribed` that are English, in letters that are large enough for the model."""
    known, picture = transcribed(photo), photo.width * photo.height
    return [
        t
        for t in alone(photo)
        if t in known and t.language == "english" and area(t.region) >= AREA_PER_LETTER * len(t.string) * picture
    ]


def apart(a: Region, b: Region) -> bool:
    return intersection(a, b) <= MAX_SHARED * min(area(a), area(b))


def letters(string: str) -> str:
    """What is read, whatever its case and punctuation.

    >>> letters("No Parking!")
    'noparking'
    """
    return "".join(filter(str.isalnum, string.casefold()))


def differ(a: str, b: str) -> bool:
    """Whether two strings say clearly different things: neither holds the other, and more than one letter differs.

    >>> differ("Stop", "STOP here"), differ("stop", "shop"), differ("stop", "exit")
    (False, False, True)
    """
    a, b = letters(a), letters(b)
    if a in b or b in a:
        return False
    before = _alike(a, b)
    after = _alike(reversed(a[before:]), reversed(b[before:]))
    return max(len(a), len(b)) - before - after > 1


def _alike(a: Iterable[str], b: Iterable[str]) -> int:
    """How many letters are the same, from the first on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b)))
