"""Does a caption describe the picture?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.randomness import keyed_number
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

POOL = 2000  # captions of other photos to draw from
TRIES = 50


@dataclass(frozen=True)
class Foreign:
    """A caption that names categories of its own photo."""

    caption: str
    named: frozenset[str]


def survey(photos: Iterable[Photo]) -> list[Foreign]:
    """Up to POOL captions which name something, of photos drawn by their id."""
    pool, bound = [], 1 << 64
    for photo in photos:
        key = keyed_number("image_text_matching pool", photo.record_id)
        if key > bound:
            continue
        names = {o.name for o in photo.objects}
        for number, caption in enumerate(photo.captions):
            if named := frozenset(name for name in names if name in caption.lower()):
                pool.append((key, number, Foreign(caption, named)))
        if len(pool) > 4 * POOL:
            pool = sorted(pool, key=lambda p: p[:2])[:POOL]
            bound = pool[-1][0]
    return [foreign for *_, foreign in sorted(pool, key=lambda p: p[:2])[:POOL]]


def derive(photo: Photo, draw: Draw, pool: list[Foreign]) -> Iterator[Instance]:
    """One caption: the photo's own, or one that names a thing this photo has none of (and so is wrong of it)."""
    own = [c for c in photo.captions if any(o.name in c.lower() for o in photo.objects)]
    present = {o.name for o in photo.objects}
    foreigners = draw.generator("foreign")
    draws = (foreigners.choice(pool) for _ in range(TRIES if pool else 0))
    told = " ".join(photo.captions).lower()  # captions also name what no box is drawn around
    foreign = next((f.caption for f in draws if any(name not in told for name in f.named - present)), None)
    if not own or foreign is None:
        return
    matches = draw.coin(purpose="matches")
    answer = "yes" if matches else "no"
    yield Instance(
        instance_id=photo.record_id,
        **picture_of(photo),
        text=draw.choice(own, purpose="caption") if matches else foreign,
        options=("yes", "no"),
        target=answer,
        references=(answer,),
    )


TASK = Task(
    name="Image-Text Matching",
    dataset="mscoco",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    derive=derive,
)
