"""What datasets declare is well formed, and it is what their readers use: each declared file, and no other."""

import contextlib
import dataclasses
import functools
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import msgspec
import pyarrow as pa
import pytest

from workflow_scripts.datasets.base import Dataset, Source
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.raw.files import File
from workflow_scripts.raw.unpack import unpack

DATASETS = {dataset: load_dataset(dataset) for dataset in dataset_ids()}
each_dataset = pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
FILES = [(dataset, file) for dataset in DATASETS.values() for file in dataset.files]
each_file = pytest.mark.parametrize(("dataset", "file"), FILES, ids=[f"{d.id}-{f.name}" for d, f in FILES])


# Well formed


@each_dataset
def test_declaration(dataset):
    assert urlsplit(dataset.home).scheme in ("http", "https")
    assert all(text.strip() for text in (dataset.title, dataset.licence, dataset.citation))
    assert all(is_inside(path) for pattern in dataset.annotations for path in pattern.split("|"))
    assert dataset.splits
    assert dataset.splits.keys() <= {"train", "validation", "test"}
    assert set(dataset.pictures_of) <= DATASETS.keys() - {dataset.id}
    names = [file.name for file in dataset.files]
    assert len(names) == len(set(names))
    assert dataset.record.__dataclass_params__.frozen
    assert isinstance(dataset.record.VERSION, int)
    assert {"record_id", "image", "width", "height"} <= {field.name for field in dataclasses.fields(dataset.record)}


@each_dataset
def test_whole_numbers_in_shapes_fit_a_table(dataset):
    module = sys.modules[dataset.read.__module__]
    shapes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)]
    fields = [(shape, field.name, field.type) for shape in shapes for field in msgspec.structs.fields(shape)]
    assert [(shape, name) for shape, name, hint in fields if unbounded(msgspec.inspect.type_info(hint))] == []


def unbounded(kind: msgspec.inspect.Type) -> bool:
    """Whether a type is or holds an int without an end."""
    if isinstance(kind, msgspec.inspect.IntType):
        return kind.le is None
    held = [getattr(kind, "item_type", None), *getattr(kind, "item_types", ()), *getattr(kind, "types", ())]
    return any(unbounded(inner) for inner in held if inner is not None)


@each_file
def test_declared_file(dataset, file):
    assert bool(file.urls) != bool(file.page), "fetched from addresses, or by hand from a page"
    for url in (*file.urls, *filter(None, [file.page])):
        assert urlsplit(url).scheme in ("http", "https")
        assert urlsplit(url).hostname
    assert "/" not in file.name
    assert is_inside(file.into)
    assert all(map(is_inside, file.keep))
    assert not file.plain or (file.strip, file.keep) == (0, ()), "a plain file is not unpacked"
    assert file.bytes is None or file.bytes > 0
    assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_each_dataset_has_a_folder_of_its_own():
    folders = [dataset.folder for dataset in DATASETS.values()]
    assert len(folders) == len(set(folders))
    assert all(map(is_inside, folders))


def is_inside(path: str) -> bool:
    return bool(path) and not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


# Used


@dataclass(frozen=True)
class Reading:
    """What happened while the reader of a dataset read one split. All paths: "<dataset>/<path below its root>"."""

    native_split: str
    opened: set[str]
    pictures: set[str]  # named by the records


Readings = Callable[[str], list[Reading]]


@pytest.fixture(scope="module")
def readings(world) -> Readings:
    """The readings of a dataset of the miniature world, one of each split."""
    raw = world.folder / "raw"

    @functools.cache
    def of(dataset: str) -> list[Reading]:
        roots = {owner: raw / owner for owner in (dataset, *DATASETS[dataset].pictures_of)}
        found = []
        for split, native in DATASETS[dataset].splits.items():
            others = {(owner, split): world.records(owner, split) for owner in DATASETS[dataset].records_of}
            source = Source(dataset, roots, {split: native}, check_pictures="header", others=others)
            with watched() as opened:
                records = [row for _, made in DATASETS[dataset].read(source) for row in plain(made)]
            assert records, f"nothing of {native} can be read"
            below = {path.relative_to(raw).as_posix() for path in opened if path.is_relative_to(raw)}
            found.append(Reading(native, below, set(images(records))))
        return found

    return of


_watching: list[set[Path]] = []  # what was opened so far in the blocks of `watched` that are running


@contextlib.contextmanager
def watched() -> Iterator[set[Path]]:
    """The files that are opened within a block, by whatever function: the interpreter itself tells of them."""
    _audit()
    _watching.append(set())
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


@functools.cache
def _audit() -> None:
    """Once, and only if it is needed: nothing takes an audit hook away again."""

    def note(event: str, arguments: tuple) -> None:
        if _watching and event == "open" and isinstance(arguments[0], str | os.PathLike):
            _watching[-1].add(Path(arguments[0]))

    sys.addaudithook(note)


def plain(made: object) -> list[dict]:
    """One record, or a batch of them, as dicts."""
    return made.to_pylist() if isinstance(made, pa.RecordBatch) else [dataclasses.asdict(made)]


def images(value: object) -> Iterator[str]:
    """Every picture named in a record, at whatever depth."""
    if isinstance(value, dict):
        if value.get("image") is not None:
            yield value["image"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from images(part)


def annotations(dataset: Dataset, native_splits: list[str], raw: Path) -> set[str]:
    return {f"{dataset.id}/{path}" for path in dataset.annotation_files(native_splits, raw / dataset.id)}


@each_dataset
def test_each_opened_file_is_declared(dataset, readings, world):
    """It is an annotation file of the dataset, a picture that a record names, or lies beside one under its name."""
    raw = world.folder / "raw"
    for reading in readings(dataset.id):
        declared = annotations(dataset, [reading.native_split], raw)
        pictures = {PurePosixPath(path).with_suffix("") for path in reading.pictures}
        others = {path for path in reading.opened - declared if PurePosixPath(path).with_suffix("") not in pictures}
        assert others == set(), f"reading {reading.native_split}"


@each_dataset
def test_each_declared_annotation_is_opened(dataset, readings, world):
    opened = set().union(*(reading.opened for reading in readings(dataset.id)))
    for pattern in dataset.annotations:
        alone = dataclasses.replace(dataset, annotations=(pattern,))
        files = annotations(alone, list(dataset.splits.values()), world.folder / "raw")
        assert files & opened, f"{pattern} stands for {sorted(files)}"


@each_file
def test_each_declared_file_is_read(dataset, file, readings, world, tmp_path):
    """By the dataset's reader, or by one whose records name its pictures."""
    users = [user.id for user in DATASETS.values() if dataset.id in (user.id, *user.pictures_of)]
    opened = {path for user in users for reading in readings(user) for path in reading.opened}
    held = contents(file, world.folder / "archives" / dataset.id, tmp_path)
    assert {(PurePosixPath(dataset.id, file.into) / path).as_posix() for path in held} & opened, "none of it is opened"


def contents(file: File, archives: Path, folder: Path) -> list[str]:
    """What of a declared file lies in its folder `into`."""
    if file.plain:
        return [file.name]
    return [member.path for member in unpack(archives / file.name, folder / "x", strip=file.strip, keep=file.keep)]
