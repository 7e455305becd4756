"""WikiHow: articles that show step by step how something is done, most steps with a picture.

The archive holds a folder an article. Which of them are of which split stands in a file of MULTIINSTRUCT's own, which
has to lie beside data/ where a folder is used in place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import document
from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import File

LISTS = "wikihow_split.json"
ARTICLES = "data/*/wikihow.json"


@dataclass(frozen=True)
class Step:
    """One step of a method; without a picture if the article has none for it, or its file cannot be used."""

    headline: str
    image: str | None
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Method:
    """One way to the goal, or one part of it."""

    name: str  # may be empty where the article has but one
    steps: tuple[Step, ...]  # in the order in which they are taken


@dataclass(frozen=True)
class Article:
    """How to reach one goal."""

    VERSION: ClassVar[int] = 1
    record_id: str  # its folder: "<number>_<title>"
    image: str | None  # always None: its steps have pictures
    width: int | None
    height: int | None
    goal: str  # "plant a bulb"
    methods: tuple[Method, ...]  # none: the article is of another make


class _Step(msgspec.Struct):
    headline: str | None = None
    img: str | None = None


class _Method(msgspec.Struct):
    name: str | None = None
    steps: list[_Step] = []


class _Article(msgspec.Struct):
    methods: list[_Method] = []


def read(source: Source) -> Iterator[tuple[str, Article]]:
    """Yield the articles of the wanted splits, in the order of the lists; one article is in memory at a time."""
    for split, native in source.splits.items():
        for _, name in source.stream(LISTS, native, str, split=split):
            with source.record(split, ARTICLES, f"[{name}]", f"article {name}"):
                yield split, _article(source, split, name)


def _article(source: Source, split: str, name: str) -> Article:
    number, _, title = name.partition("_")
    if not number.isdigit() or not title or "/" in name:  # it must not lead out of the dataset's folder
        raise BadRecord(f"its folder is {name!r}, expected <number>_<title>")
    try:
        article = document(source.root / f"data/{name}/wikihow.json", _Article)
    except BadData as error:
        raise BadRecord(f"{error.problem}: {error.file}") from error
    methods = (_method(source, split, name, index, method) for index, method in enumerate(article.methods))
    return Article(
        record_id=name,
        image=None,
        width=None,
        height=None,
        goal=text_of(title.replace("-", " "), "title"),
        methods=tuple(methods),
    )


def _method(source: Source, split: str, article: str, index: int, method: _Method) -> Method:
    at, name = f"[{article}].methods[{index}]", f"article {article}, method {index + 1}"
    steps = source.each(
        enumerate(method.steps),
        lambda numbered: _step(source, split, article, f"{at}.steps[{numbered[0]}].img", numbered[1]),
        split=split,
        file=ARTICLES,
        at=f"{at}.steps",
        name=lambda numbered: f"{name}, step {numbered[0] + 1}",
    )
    return Method(" ".join((method.name or "").split()), steps)


def _step(source: Source, split: str, article: str, at: str, step: _Step) -> Step:
    """The step, without its picture if that cannot be used: the steps around it are of use all the same."""
    headline, picture = text_of(step.headline, "headline"), {"image": None, "width": None, "height": None}
    if step.img:
        with source.record(split, ARTICLES, at, f"picture {step.img} of article {article}"):
            picture = source.picture(f"data/{article}/image/{step.img}")
    return Step(headline, **picture)


_CODE = "https://raw.githubusercontent.com/VT-NLP/MultiInstruct/772af249d82f2c2f100621ee71df9b63d0d310a2"
DATASET = Dataset(
    title="WikiHow",
    home="https://github.com/YueYANG1996/wikiHow-VGSI",
    licence="wikiHow: CC BY-NC-SA 3.0",
    citation="Yang et al., Visual Goal-Step Inference using wikiHow, arXiv 2104.05845",
    folder="wikihow",
    files=(
        File("wikihow.tar.gz", page="https://drive.google.com/file/d/1vnDduJmuFpeT8yTgtBR9Bj8bXlI4zIJR/view"),
        File(
            LISTS,
            urls=(f"{_CODE}/data_preprocessor/{LISTS}",),
            bytes=403_352,
            sha256="f16d312fac83eb444b01ffa70cfc6cde78e0b0baf1da08e701a8f4fae515a24f",
        ),
    ),
    annotations=(LISTS, ARTICLES),
    splits={"train": "train", "validation": "val"},
    record=Article,
    read=read,
)
