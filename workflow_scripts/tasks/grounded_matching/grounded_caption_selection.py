"""Choose the phrase that describes a region, out of five."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_phrases import described, foreign, usable

OPTIONS = 5


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Usable regions in drawn order, each with phrases that are wrong of it.

    No two of the options are about like things: if only the right one were alone, it would stand out.
    """
    everything = described(photo)
    candidates = usable(photo, everything)
    for target in draw.shuffled(candidates, purpose="order"):
        purpose = f"options of {target.region_id}"
        options = [target]
        for wrong in foreign(target, draw.shuffled(candidates, purpose=purpose), everything):
            if all(wrong.head.isdisjoint(o.head) for o in options):
                options.append(wrong)
            if len(options) == OPTIONS:
                break
        else:
            continue
        yield Instance(
            instance_id=f"{photo.record_id}/{target.region_id}",
            **picture_of(photo),
            regions=(target.region,),
            options=tuple(o.phrase for o in draw.shuffled(options, purpose=f"order of {purpose}")),
            target=target.phrase,
            references=(target.phrase,),
        )


TASK = Task(
    name="Grounded Caption Selection",
    dataset="visual_genome",
    role="train",
    output="choice",
    slots=frozenset({"REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)
