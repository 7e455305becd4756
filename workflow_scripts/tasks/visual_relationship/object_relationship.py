"""How is a subject related to an object?"""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import iou, is_usable
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

SAME = 0.9  # subject and object that overlap more than this are one region


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's relations, each once, in drawn order; all that are stated of a pair of regions are right answers."""
    stated: dict[tuple, set[str]] = {}
    for r in photo.relationships:
        stated.setdefault((r.subject.region, r.object.region), set()).add(r.predicate)
    asked = set()
    for r in draw.shuffled(photo.relationships, purpose="order"):
        pair = (r.subject.region, r.object.region)
        if (pair, r.predicate) in asked or iou(*pair) > SAME:
            continue
        if not all(is_usable(region, photo.width, photo.height) for region in pair):
            continue
        asked.add((pair, r.predicate))
        yield Instance(
            instance_id=f"{photo.record_id}/{r.relationship_id}",
            **picture_of(photo),
            regions=pair,
            target=r.predicate,
            references=tuple(sorted(stated[pair])),
        )


TASK = Task(
    name="Object Relationship",
    dataset="visual_genome",
    role="train",
    output="text",
    slots=frozenset({"SUBJECT", "OBJECT"}),
    metrics=("rouge_l",),
    derive=derive,
)
