"""Choose the region that overlaps a given one the most, out of four."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import area, intersection, iou, is_usable, to_bins
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

OPTIONS = 4
SAME = 0.9  # regions that overlap more than this count as one
LEAST = 0.10  # the answer covers at least this share of the given region
MARGIN = 0.05  # and this much more than any other option


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Regions with a clear winner among three drawn others. Overlap is area shared, in bins as the model sees them."""
    distinct = []
    for r in sorted(photo.regions, key=lambda r: r.region_id):
        if is_usable(r.region, photo.width, photo.height) and all(iou(r.region, d.region) <= SAME for d in distinct):
            distinct.append(r)
    bins = {r.region_id: to_bins(r.region, photo.width, photo.height) for r in distinct}
    for given in draw.shuffled(distinct, purpose="order"):
        others = [r for r in distinct if r is not given]
        shares = {r.region_id: _share(bins[r.region_id], bins[given.region_id]) for r in others}
        winners = [r for r in others if shares[r.region_id] >= LEAST]
        if not winners:
            continue
        winner = draw.choice(winners, purpose=f"winner for {given.region_id}")
        losers = [r for r in others if shares[r.region_id] <= shares[winner.region_id] - MARGIN]
        if len(losers) < OPTIONS - 1:
            continue
        chosen = [winner, *draw.sample(losers, OPTIONS - 1, purpose=f"losers for {given.region_id}")]
        options = draw.shuffled(chosen, purpose=f"options for {given.region_id}")
        yield Instance(
            instance_id=f"{photo.record_id}/{given.region_id}",
            **picture_of(photo),
            regions=(given.region,),
            option_regions=tuple(r.region for r in options),
            target_regions=(winner.region,),
        )


def _share(bins: tuple, given: tuple) -> float:
    """The share of `given` that lies in `bins`."""
    return intersection(bins, given) / max(area(given), 1)


TASK = Task(
    name="Most-Overlapping Region Selection",
    dataset="visual_genome",
    role="train",
    output="region_choice",
    slots=frozenset({"REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)
