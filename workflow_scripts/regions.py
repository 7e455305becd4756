"""Boxes in pictures, and their spelling as OFA's location tokens.

A region is x0, y0, x1, y1 in pixels of the stored picture, origin top left, x1 and y1 exclusive.
"""

import re
from collections.abc import Iterable, Sequence

Region = tuple[float, float, float, float]

BINS = 1000
JOIN = "||||"  # between several regions or options of one text
_FOUR_BINS = re.compile(r"<bin_(\d+)>\s*<bin_(\d+)>\s*<bin_(\d+)>\s*<bin_(\d+)>")


def area(region: Region) -> float:
    """Square pixels; 0 for a region turned inside out."""
    return max(region[2] - region[0], 0) * max(region[3] - region[1], 0)


def intersection(a: Region, b: Region) -> float:
    """Area of what two regions share, in square pixels."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def iou(a: Region, b: Region) -> float:
    """Intersection over union, 0 to 1; 0 if both regions are empty.

    >>> iou((0, 0, 2, 2), (1, 0, 3, 2))
    0.3333333333333333
    """
    shared = intersection(a, b)
    union = area(a) + area(b) - shared
    return shared / union if union else 0.0


def clip(region: Region, width: int, height: int) -> Region:
    """The part of a region that lies in the picture; may be empty."""
    x0, y0, x1, y1 = region
    return (min(max(x0, 0), width), min(max(y0, 0), height), min(max(x1, 0), width), min(max(y1, 0), height))


def is_usable(region: Region, width: int, height: int) -> bool:
    """Large enough to be asked about: at least 16 pixels a side, or 1 % of the picture."""
    w, h = region[2] - region[0], region[3] - region[1]
    return w > 0 and h > 0 and (min(w, h) >= 16 or w * h >= 0.01 * width * height)


def to_bins(region: Region, width: int, height: int, *, scale: float = 1.0) -> tuple[int, int, int, int]:
    """The four location bins of a region, 0..999 each.

    scale: resized picture's side over the checkpoint's max_image_size (1 where both are equal).
    k = round_half_even(x / width * scale * 999), y by height. Raises ValueError outside 0..999:
    clipping is the reader's work. Source: OFA-Sys/OFA, data/mm_data/refcoco_dataset.py.

    >>> to_bins((0, 0, 640, 240), 640, 480)
    (0, 0, 999, 500)
    """
    bins, outside = clamped_bins(region, width, height, scale=scale)
    if outside:
        raise ValueError(f"region {region} leaves its picture of {width} x {height} pixels")
    return bins


def clamped_bins(
    region: Region, width: int, height: int, *, scale: float = 1.0
) -> tuple[tuple[int, int, int, int], bool]:
    """The bins of a region's part in the picture as in `to_bins`, and whether the region has bins outside of it.

    Below scale 1 the picture ends before bin 999; what lies between is outside too.

    >>> clamped_bins((-10, 0, 640, 240), 640, 480)
    ((0, 0, 999, 500), True)
    >>> clamped_bins((0, 0, 700, 480), 640, 480, scale=0.5)
    ((0, 0, 500, 500), True)
    """
    sizes = (width, height, width, height)
    bins, inside = (
        tuple(round(value / size * scale * (BINS - 1)) for value, size in zip(box, sizes))
        for box in (region, clip(region, width, height))
    )
    clamped = tuple(min(b, BINS - 1) for b in inside)
    return clamped, clamped != bins


def from_bins(bins: Sequence[int], width: int, height: int, *, scale: float = 1.0) -> Region:
    """The region that four bins stand for, in pixels; the inverse of to_bins up to half a bin."""
    return tuple(b / (BINS - 1) / scale * size for b, size in zip(bins, (width, height, width, height)))


def spell(region: Region, width: int, height: int, *, scale: float = 1.0) -> str:
    """A region as text.

    >>> spell((0, 0, 640, 240), 640, 480)
    '<bin_0> <bin_0> <bin_999> <bin_500>'
    """
    return " ".join(f"<bin_{b}>" for b in to_bins(region, width, height, scale=scale))


def spell_all(regions: Iterable[Region], width: int, height: int, *, scale: float = 1.0) -> str:
    return JOIN.join(spell(r, width, height, scale=scale) for r in regions)


def parse(text: str) -> list[tuple[int, int, int, int]]:
    """Every complete, upright box of four location tokens in a text, as bins; none if there is none.

    >>> parse('<bin_1> <bin_2> <bin_30> <bin_40>')
    [(1, 2, 30, 40)]
    """
    boxes = (tuple(map(int, m)) for m in _FOUR_BINS.findall(text))
    return [b for b in boxes if b[0] < b[2] and b[1] < b[3] and max(b) < BINS]
