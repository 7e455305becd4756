"""VizWiz image quality issues: photos taken by people who cannot see, and what five others found wrong with each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec

from workflow_scripts.datasets.base import Dataset, Source
from workflow_scripts.datasets.json_files import WHOLE
from workflow_scripts.raw.files import File

FLAWS = {  # the file's codes
    "NON": "no flaws",
    "BLR": "blur",
    "BRT": "too bright",
    "DRK": "too dark",
    "FRM": "bad framing",
    "OBS": "obscured",
    "ROT": "rotation",
    "OTH": "other",
}


@dataclass(frozen=True)
class Flaw:
    name: str  # one of the values of FLAWS
    votes: int  # 0 to 5; a person may vote for several


@dataclass(frozen=True)
class Photo:
    """One picture with the votes on its quality."""

    VERSION: ClassVar[int] = 1
    record_id: str  # the picture's file name without its ending
    image: str
    width: int
    height: int
    flaws: tuple[Flaw, ...]  # all of FLAWS, in that order
    unrecognizable: int  # votes, 0 to 5


_Votes = Annotated[int, msgspec.Meta(ge=0, le=5)]
_Flaws = msgspec.defstruct("_Flaws", [(code, _Votes) for code in FLAWS])


class _Row(msgspec.Struct):
    image: str
    flaws: _Flaws
    unrecognizable: _Votes


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits, in file order; pictures without votes are passed over."""
    for split, native in source.splits.items():
        file = source.find(f"{native}.json", f"annotations/{native}.json")
        for at, row in source.stream(file, WHOLE, _Row, split=split):
            with source.record(split, file, at, f"image {row.image}"):
                yield (
                    split,
                    Photo(
                        record_id=row.image.rpartition(".")[0],
                        **source.picture(f"{native}/{row.image}"),
                        flaws=tuple(Flaw(name, getattr(row.flaws, code)) for code, name in FLAWS.items()),
                        unrecognizable=row.unrecognizable,
                    ),
                )


_FINAL = "https://vizwiz.cs.colorado.edu/VizWiz_final"
DATASET = Dataset(
    title="VizWiz image quality issues",
    home="https://vizwiz.org/tasks-and-datasets/image-quality-issues/",
    licence="CC BY 4.0",
    citation="Chiu, Zhao and Gurari, Assessing Image Quality Issues for Real-World Problems, CVPR 2020 "
    "(arXiv 2003.12511)",
    folder="vizwiz_image_quality",
    files=(
        File("train.zip", urls=(f"{_FINAL}/images/train.zip",), mb=10_600),
        File("val.zip", urls=(f"{_FINAL}/images/val.zip",), mb=3_300),
        File("annotations.zip", urls=(f"{_FINAL}/image_quality/annotations.zip",), mb=1),
    ),
    annotations=("{split}.json|annotations/{split}.json",),
    splits={"train": "train", "validation": "val"},
    record=Photo,
    read=read,
)
