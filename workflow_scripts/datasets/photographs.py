"""Photographs that several datasets share, by their ids: MS COCO's and Visual Genome's are stored once."""

import re
from typing import Any

from workflow_scripts.datasets.base import Source

_VISUAL_GENOME = ("VG_100K", "VG_100K_2")
_FLICKR = re.compile(r"/(\d+)_[0-9a-z]+(?:_[a-z0-9]+)?\.\w+$")  # <id>_<secret>_<size>.jpg


def coco_picture(
    source: Source, split: str, image_id: int, *, size: tuple[int, int] | None = None
) -> dict[str, Any]:  # fmt: skip
    """The record fields of a picture of MS COCO 2014; split: train2014 or val2014. Raises as Source.picture."""
    return source.picture(_coco(split, image_id), of="mscoco", size=size)


def coco_2017_picture(source: Source, image_id: int) -> dict[str, Any]:
    """Of MS COCO 2017, in which each photo of 2014 kept its id but not its split."""
    return source.picture(*(_coco(split, image_id) for split in ("train2014", "val2014")), of="mscoco")


def visual_genome_picture(source: Source, image_id: int | str) -> dict[str, Any]:
    """Of Visual Genome, in whichever of its two folders it lies."""
    return source.picture(*(f"{folder}/{image_id}.jpg" for folder in _VISUAL_GENOME), of="visual_genome")


def _coco(split: str, image_id: int) -> str:
    return f"{split}/COCO_{split}_{image_id:012d}.jpg"


def flickr_id(url: str | None) -> str | None:
    """The id that Flickr gave a photo, of a file's address there.

    >>> flickr_id("http://farm9.staticflickr.com/8035/8024364858_9c41dc1666_z.jpg")
    '8024364858'
    """
    found = _FLICKR.search(url or "")
    return found[1] if found else None
