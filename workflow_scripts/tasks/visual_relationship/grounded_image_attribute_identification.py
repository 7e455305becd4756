"""Which attribute does the object in a region have?"""

from collections.abc import Iterator

from workflow_scripts.datasets import vaw
from workflow_scripts.regions import is_usable
from workflow_scripts.tasks.alike import alike, says
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

OPTIONS = 4


def derive(thing: vaw.Instance, draw: Draw) -> Iterator[Instance]:
    """One of the object's attributes among such that annotators denied it; those of the same type first.

    None is alike another that the object has: what is not annotated is not known, and "dark blue" is blue.
    """
    wrong = {
        normal(a.name): a
        for a in thing.negative
        if not any(alike(a.name, positive.name) for positive in thing.positive)
    }
    right = [a for a in thing.positive if not says(thing.object_name, a.name)]
    if not right or len(wrong) < OPTIONS - 1 or not is_usable(thing.region, thing.width, thing.height):
        return
    target = draw.choice(right, purpose="target")
    order = draw.shuffled(list(wrong.values()), purpose="wrong")
    order.sort(key=lambda a: a.type is None or a.type != target.type)
    shown = [target.name, *(a.name for a in order[: OPTIONS - 1])]
    yield Instance(
        instance_id=thing.record_id,
        **picture_of(thing),
        text=thing.object_name,
        regions=(thing.region,),
        options=tuple(draw.shuffled(shown, purpose="options")),
        target=target.name,
        references=(target.name,),
    )


TASK = Task(
    name="Grounded Image Attribute Identification",
    dataset="vaw",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)
