"""Objects of MS COCO that a question can be asked about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workflow_scripts.datasets import refcoco
from workflow_scripts.datasets.mscoco import Object, Photo
from workflow_scripts.regions import Region, is_usable
from workflow_scripts.tasks.base import Draw


def usable(photo: Photo | refcoco.Photo) -> list[Object]:
    """Single objects, no crowds, that are large enough; by id."""
    found = [o for o in photo.objects if not o.crowd and is_usable(o.region, photo.width, photo.height)]
    return sorted(found, key=lambda o: o.object_id)


def by_category(objects: Iterable[Object]) -> dict[str, list[Object]]:
    """The objects of each category, categories by alphabet."""
    found = defaultdict(list)
    for o in objects:
        found[o.name].append(o)
    return dict(sorted(found.items()))


def drawn(objects: Iterable[Object], draw: Draw) -> Iterator[Object]:
    """The objects in drawn order, category by category: beside ten people a dog comes first half of the time."""
    generator = draw.generator("objects")
    categories = by_category(objects)
    for name in generator.sample(list(categories), len(categories)):
        yield from generator.sample(categories[name], len(categories[name]))


def touch(a: Region, b: Region) -> bool:
    """Whether two regions share any area. Those that share none share none as location bins, either."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def away_from(name: str, objects: Iterable[Object], photo: Photo) -> list[Object]:
    """The objects, of other categories then, whose regions touch nothing of this category, not even its crowds."""
    regions = [o.region for o in photo.objects if o.name == name]
    return [o for o in objects if not any(touch(o.region, region) for region in regions)]
