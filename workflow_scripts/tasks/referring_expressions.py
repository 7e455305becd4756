"""Objects of RefCOCO's photos, with the expressions that tell each from all else in its photo."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from workflow_scripts.datasets.mscoco import Object
from workflow_scripts.datasets.refcoco import Photo
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw
from workflow_scripts.tasks.coco_objects import usable


@dataclass(frozen=True)
class Referent:
    """An object that can be asked about."""

    object: Object
    expressions: tuple[str, ...]  # none is ambiguous; at least one


def referents(photo: Photo, draw: Draw) -> list[Referent]:
    """The photo's referents in drawn order; none if another of the three datasets holds the photo out.

    Ambiguous is what is said of two objects, and the bare name of a category that the photo shows twice. Each of the
    three datasets has some 42,000 references to train on, so one instance a reference takes about as much of each.
    """
    if photo.held_out:
        return []
    said_of, expressions = defaultdict(set), defaultdict(dict)
    for reference in photo.references:
        for sentence in reference.sentences:
            said_of[normal(sentence)].add(reference.object_id)
            expressions[reference.object_id].setdefault(normal(sentence), sentence)
    times = Counter(o.name for o in photo.objects)
    found = []
    for o in usable(photo):
        own = [text for form, text in expressions[o.object_id].items() if len(said_of[form]) == 1 and times[form] < 2]
        if own:
            found.append(Referent(o, tuple(own)))
    return draw.shuffled(found, purpose="order")
