"""The scheme of the tasks on how regions lie to each other, decided in the location bins that the model sees.

Two regions overlap if they share at least OVERLAP of the smaller one's area, so also if one lies within the other. They
are apart if there are GAP bins or more between them. Pairs of which neither can be said are not asked about. More and
less overlap is more and less area shared with the given region, never IoU; areas count as different by MARGIN of the
given region's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from workflow_scripts.datasets.visual_genome import DescribedRegion, Photo
from workflow_scripts.regions import is_usable, to_bins
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

SAME = 0.9  # IoU above which two regions count as one
OVERLAP = 0.05
GAP = 10
MARGIN = 0.05
OPTIONS = 4


@dataclass(frozen=True)
class Layout:
    """A photo's distinct usable regions, and what each pair of them shares."""

    regions: list[DescribedRegion]
    area: np.ndarray  # (regions,), square bins
    shared: np.ndarray  # (regions, regions), square bins
    overlap: np.ndarray  # (regions, regions), whether they do; none overlaps itself
    apart: np.ndarray  # (regions, regions), whether they are

    @classmethod
    def of(cls, photo: Photo, scale: float) -> "Layout":
        """scale: see regions.to_bins. Of regions that count as one the first stays."""
        regions = [r for r in photo.regions if is_usable(r.region, photo.width, photo.height)]
        bins = [to_bins(r.region, photo.width, photo.height, scale=scale) for r in regions]
        boxes = np.array(bins, np.int64).reshape(-1, 4)
        gap = np.maximum(boxes[:, None, :2], boxes[None, :, :2]) - np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        shared = np.maximum(-gap, 0).prod(axis=2)
        area = shared.diagonal()
        one = shared > SAME * (area[:, None] + area[None, :] - shared)
        kept: list[int] = []
        for n in np.flatnonzero(area):
            if not one[n, kept].any():
                kept.append(int(n))
        pairs = np.ix_(kept, kept)
        gap, shared, area = gap[pairs], shared[pairs], area[kept]
        overlap = shared >= OVERLAP * np.minimum(area[:, None], area[None, :])
        np.fill_diagonal(overlap, False)
        return cls([regions[n] for n in kept], area, shared, overlap, gap.max(axis=2) >= GAP)

    def shares_more(self, given: int) -> np.ndarray:
        """(regions, regions): whether the first shares clearly more area with the given one than the second."""
        shared = self.shared[given]
        return shared[:, None] - shared[None, :] >= MARGIN * self.area[given]

    def both_overlap(self, given: int) -> np.ndarray:
        """(regions, regions): whether both overlap the given one."""
        return np.outer(self.overlap[given], self.overlap[given])


def selection_task(name: str, distractors: Callable[[Layout, int], np.ndarray]) -> Task:
    """A task that gives a region and asks which of OPTIONS others lies to it in a certain way.

    distractors: layout, given region -> (regions, regions), whether the second is a wrong answer beside the first as
    the right one.
    """

    def derive(photo: Photo, draw: Draw, *, scale: float) -> Iterator[Instance]:
        """One instance for each region of which the photo has enough others of both kinds, in drawn order.

        Large regions overlap more than small ones. So that size does not tell the answer, how many of the other options
        are smaller than it is drawn first.
        """
        layout = Layout.of(photo, scale)
        smaller = layout.area[None, :] < layout.area[:, None]
        for given in draw.shuffled(range(len(layout.regions)), purpose="order"):
            region = layout.regions[given]
            wrong = distractors(layout, given)
            below = draw.choice(range(OPTIONS), purpose=f"options smaller than the target for {region.region_id}")
            pools = [("smaller", wrong & smaller, below), ("larger", wrong & ~smaller, OPTIONS - 1 - below)]
            enough = [pool.sum(axis=1) >= count for _, pool, count in pools]
            targets = np.flatnonzero(np.logical_and(*enough)).tolist()
            if not targets:
                continue
            target = draw.choice(targets, purpose=f"target for {region.region_id}")
            chosen = [target]
            for kind, pool, count in pools:
                candidates = np.flatnonzero(pool[target]).tolist()
                chosen += draw.sample(candidates, count, purpose=f"{kind} distractors for {region.region_id}")
            options = draw.shuffled(chosen, purpose=f"options for {region.region_id}")
            yield Instance(
                instance_id=f"{photo.record_id}/{region.region_id}",
                **picture_of(photo),
                regions=(region.region,),
                option_regions=tuple(layout.regions[o].region for o in options),
                target_regions=(layout.regions[target].region,),
            )

    return Task(
        name=name,
        dataset="visual_genome",
        role="train",
        output="region_choice",
        slots=frozenset({"REGION", "OPTION"}),
        metrics=("accuracy",),
        derive=derive,
        in_bins=True,
    )
