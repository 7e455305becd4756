"""How much of the picture does a region take up, in percent?"""

from collections import defaultdict
from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import BINS
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_understanding.overlaps import Layout


def derive(photo: Photo, draw: Draw, *, scale: float) -> Iterator[Instance]:
    """One region of each percentage that occurs, in drawn order: of all regions most would be small ones."""
    layout = Layout.of(photo, scale)
    picture = ((BINS - 1) * scale) ** 2
    sized = defaultdict(list)
    for region, area in zip(layout.regions, layout.area.tolist()):
        sized[round(100 * area / picture)].append(region)
    for percent in draw.shuffled(sorted(sized.keys() - {0}), purpose="order"):
        region = draw.choice(sized[percent], purpose=f"region of {percent} percent")
        yield Instance(
            instance_id=f"{photo.record_id}/{region.region_id}",
            **picture_of(photo),
            regions=(region.region,),
            target=str(percent),
            references=(str(percent),),
        )


TASK = Task(
    name="Region Area",
    dataset="visual_genome",
    role="train",
    output="text",
    slots=frozenset({"REGION"}),
    metrics=("accuracy",),  # the very number: it can be worked out from the four bins
    derive=derive,
    in_bins=True,
)
