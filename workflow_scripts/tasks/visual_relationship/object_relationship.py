"""How is a subject related to an object?"""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.visual_relationship.predicates import plain
from workflow_scripts.tasks.visual_relationship.relations import SURVEYED, Predicates, askable, same, survey


def derive(photo: Photo, draw: Draw, predicates: Predicates) -> Iterator[Instance]:
    """Each pair of things once, in drawn order; all relations that are stated of the two are right answers."""
    before = []
    for r in askable(photo, draw, predicates):
        stated = [o for o in photo.relationships if same(o.subject, r.subject) and same(o.object, r.object)]
        if any(o in before for o in stated):
            continue
        before.append(r)
        yield Instance(
            instance_id=f"{photo.record_id}/{r.relationship_id}",
            **picture_of(photo),
            regions=(r.subject.region, r.object.region),
            target=plain(r.predicate),
            references=tuple(sorted({plain(o.predicate) for o in stated} - {""})),
        )


TASK = Task(
    name="Object Relationship",
    dataset="visual_genome",
    role="train",
    output="text",
    slots=frozenset({"SUBJECT", "OBJECT"}),
    metrics=("rouge_l",),
    survey=survey,
    survey_sample=SURVEYED,
    derive=derive,
)
