"""Captions of MS COCO that tell a photo from another: own ones and foreign ones name things alike."""

from collections.abc import Iterable

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw
from workflow_scripts.tasks.image_text_matching.foreign import Text, foreign, names_any
from workflow_scripts.tasks.image_text_matching.mentions import named, told


def survey(photos: Iterable[Photo]) -> list[Text]:
    """The captions that surely name something."""
    return sorted(Text(p.image, c, things) for p in photos for c in p.captions if (things := named(c)))


def own_and_foreign(photo: Photo, draw: Draw, pool: list[Text], count: int) -> tuple[str, list[str]] | None:
    """A caption that names an object of the photo, and so many that are wrong of it; None if either is lacking.

    What only the photo's captions tell is in it, too: not everything has a box.
    """
    objects = {o.name for o in photo.objects}
    captions = draw.shuffled(photo.captions, purpose="caption")
    own = next((c for c in captions if names_any(named(c), objects)), None)
    others = foreign(pool, objects | told(" . ".join(photo.captions)), count, draw) if own else None
    return None if others is None else (own, others)
