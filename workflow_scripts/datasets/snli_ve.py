"""SNLI-VE: sentences of SNLI that a photo of Flickr30k entails, contradicts, or leaves open.

Its authors publish no annotations but a rule: the pairs of all parts of SNLI are parted anew by lists of pictures, and
the picture takes the place of the first sentence, its caption. The reader follows the rule, unless the folder holds
the file that their own script makes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import File

LABELS = ("entailment", "neutral", "contradiction")
_DEV = 1000  # pictures, the last of a list; the others of it are train
_LISTS = {  # native split -> list of pictures, and which of it
    "train": ("data/flickr30k_train_val.lst", slice(None, -_DEV)),
    "dev": ("data/flickr30k_train_val.lst", slice(-_DEV, None)),
    "test": ("data/flickr30k_test.lst", slice(None)),
}
_SNLI = tuple(f"snli_1.0/snli_1.0_{part}.jsonl" for part in ("train", "dev", "test"))
_PHOTOGRAPHS = ("flickr30k_images", "flickr30k-images", "Flickr30K/images")  # folders that are in use for them


@dataclass(frozen=True)
class Hypothesis:
    """One sentence about one picture."""

    VERSION: ClassVar[int] = 2
    record_id: str  # SNLI's pair id
    image: str
    width: int
    height: int
    hypothesis: str
    label: str  # one of LABELS
    flickr_id: str


class _Pair(msgspec.Struct):
    pair_id: str = msgspec.field(name="pairID")  # "<picture>.jpg#<caption>r<number><label's first letter>"
    gold_label: str
    sentence2: str

    @property
    def picture(self) -> str:
        """The picture's id; empty if it is not of Flickr30k."""
        return self.pair_id.rpartition(".jpg")[0]


def read(source: Source) -> Iterator[tuple[str, Hypothesis]]:
    """Yield the sentences of the wanted splits, in file order."""
    for split, file, at, pair in _pairs(source):
        with source.record(split, file, at, f"pair {pair.pair_id}"):
            yield split, _hypothesis(source, pair)


def _pairs(source: Source) -> Iterator[tuple[str, str, str, _Pair]]:
    """(our split, file, position, pair) of every pair of the wanted splits."""
    splits_of: dict[str, list[str]] = {}  # picture -> splits, of those that have to be made: 31,783 pictures at most
    for split, native in source.splits.items():
        made = f"data/snli_ve_{native}.jsonl"
        if not (source.root / made).exists():
            for picture in _listed(source, native):
                splits_of.setdefault(picture, []).append(split)
            continue
        for at, pair in source.lines(made, _Pair, split=split):
            yield split, made, at, pair
    for file in _SNLI if splits_of else ():
        for at, pair in source.lines(f"data/{file}", _Pair):
            undecided, visual_genome = pair.gold_label == "-", "vg_" in pair.pair_id
            for split in [] if undecided or visual_genome else splits_of.get(pair.picture, []):
                yield split, f"data/{file}", at, pair


def _listed(source: Source, native: str) -> list[str]:
    """The pictures of a native split."""
    if native not in _LISTS:
        fix = "name another with datasets.snli_ve.splits"
        raise BadData(f"there is no split {native!r}; there are {', '.join(_LISTS)}", fix=fix)
    path, part = _LISTS[native]
    try:
        return (source.root / path).read_text(encoding="utf-8").split()[part]
    except FileNotFoundError:
        raise BadData("list of pictures is missing", file=source.root / path, fix="fetch the dataset anew") from None


def _hypothesis(source: Source, pair: _Pair) -> Hypothesis:
    if not pair.picture.isdigit():
        raise BadRecord(f"pairID is {pair.pair_id!r}, expected a picture's number and .jpg before the rest")
    if pair.gold_label not in LABELS:
        raise BadRecord(f"gold_label is {pair.gold_label!r}, expected one of {', '.join(LABELS)}")
    return Hypothesis(
        record_id=pair.pair_id,
        **source.picture(*(f"data/{folder}/{pair.picture}.jpg" for folder in _PHOTOGRAPHS)),
        hypothesis=text_of(pair.sentence2, "sentence2"),
        label=pair.gold_label,
        flickr_id=pair.picture,
    )


_REPOSITORY = "https://raw.githubusercontent.com/necla-ml/SNLI-VE/e6cf745d2e677a2ad878b3cc095cde75c0bbb144/data"
DATASET = Dataset(
    title="SNLI-VE",
    home="https://github.com/necla-ml/SNLI-VE",
    licence="lists BSD-3-Clause; SNLI CC BY-SA 4.0; Flickr30k's photographs for non-commercial research and education "
    "only, under the terms at https://shannon.cs.illinois.edu/DenotationGraph/",
    citation="Xie et al., Visual Entailment: A Novel Task for Fine-Grained Image Understanding, arXiv 1901.06706; "
    "Bowman et al., A large annotated corpus for learning natural language inference, arXiv 1508.05326; Young et al., "
    "From image descriptions to visual denotations, TACL 2014",
    folder="SNLI-VE/SNLI-VE",
    files=(
        File(
            "flickr30k_test.lst",
            urls=(f"{_REPOSITORY}/flickr30k_test.lst",),
            bytes=10_732,
            sha256="40d78add9de08ec73a269bd5f8fd5230c91e2705fb0b3640f44bc1dcdb329b30",
            into="data",
        ),
        File(
            "flickr30k_train_val.lst",
            urls=(f"{_REPOSITORY}/flickr30k_train_val.lst",),
            bytes=331_101,
            sha256="28eaa036eb6b718c1256565b9d267ea45bd7699cd309964106aef1846014c356",
            into="data",
        ),
        File(
            "snli_1.0.zip",
            urls=("https://nlp.stanford.edu/projects/snli/snli_1.0.zip",),
            bytes=94_550_081,
            sha256="afb3d70a5af5d8de0d9d81e2637e0fb8c22d1235c2749d83125ca43dab0dbd3e",
            into="data",
            keep=_SNLI,
        ),
        File(
            "flickr30k_images.tar.gz",
            page="https://shannon.cs.illinois.edu/DenotationGraph/",  # a form: the terms have to be agreed to
            into="data",
            keep=tuple(f"{folder}/" for folder in _PHOTOGRAPHS[:2]),
            mb=4100,
        ),
    ),
    annotations=(
        "data/snli_ve_{split}.jsonl|data/flickr30k_*.lst",
        "data/snli_ve_{split}.jsonl|data/snli_1.0/snli_1.0_*.jsonl",
    ),
    splits={"validation": "dev", "test": "test"},
    record=Hypothesis,
    read=read,
    photo_ids={"flickr": "flickr_id"},
)
