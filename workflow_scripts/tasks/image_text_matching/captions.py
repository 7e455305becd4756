"""Captions of MS COCO that name things, so that they tell photos apart."""

from collections.abc import Iterable

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.image_text_matching.foreign import Described, Text
from workflow_scripts.tasks.image_text_matching.mentions import named, told


def described(photo: Photo) -> Described:
    """The photo by its captions; what only they tell of may be in it, too: not everything has a box."""
    objects, maybe, texts = {o.name for o in photo.objects}, set(), []
    for caption in dict.fromkeys(photo.captions):
        text = Text(caption, named(caption))
        maybe |= told(caption)
        if text.names_any(objects):
            texts.append(text)
    return Described(photo.image, frozenset(objects | maybe), tuple(texts))


def survey(photos: Iterable[Photo]) -> list[Described]:
    """The photos that have such captions."""
    found = map(described, photos)
    return sorted((d for d in found if d.texts), key=lambda d: d.image)
