"""What a dataset declares, and what its reader is given."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from workflow_scripts.errors import BadData
from workflow_scripts.pictures import open_picture
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region, area, clip

Made = TypeVar("Made")


@dataclass(frozen=True)
class Dataset:
    """One raw dataset: where it comes from and how its files become records.

    Every record class has `record_id` (unique within the dataset's split), `image` ("<dataset>/<path>" or None),
    `width` and `height` (pixels, or None), and a class attribute VERSION.
    """

    title: str
    home: str
    licence: str
    citation: str
    folder: str  # its folder's usual name below a common root of raw data
    files: tuple[File, ...]
    annotations: tuple[str, ...]  # what the reader parses: globs below the root; "{split}" stands for a native split
    splits: Mapping[str, str]  # train, validation, test -> the dataset's own name for it
    record: type
    read: Callable[["Source"], Iterator[tuple[str, Any]]]  # (our split, record)
    pictures_of: tuple[str, ...] = ()  # other datasets whose pictures its records name
    id: str = ""

    def annotation_files(self, native_splits: Iterable[str], root: Path) -> list[str]:
        """The annotation files below root that reading these native splits opens; absent ones too, but for globs."""
        splits = list(native_splits)
        found = [[p.format(split=s) for s in splits] if "{split}" in p else [p] for p in self.annotations]
        files = []
        for path in (path for paths in found for path in paths):
            there = sorted(p.relative_to(root).as_posix() for p in root.glob(path))
            files += there or ([] if "*" in path else [path])
        return list(dict.fromkeys(files))


class BadRecord(Exception):
    """A record or a part of one cannot be used; the message is the reason."""


@dataclass
class Quarantine:
    """The bad records of one split, and how many were looked at."""

    seen: int = 0
    bad: list[dict] = field(default_factory=list)

    def check(self, max_share: float, dataset: str, split: str) -> None:
        """Raises BadData if more than max_share of what was looked at is bad."""
        if not self.bad or len(self.bad) <= max_share * self.seen:
            return
        reasons = [f"{b['record']} in {b['file']}: {b['reason']}" for b in self.bad[:3]]
        raise BadData(
            f"{len(self.bad)} of {self.seen} records of {dataset}, split {split}, are bad, above the allowed share of "
            f"{max_share:g}; the first: " + "; ".join(reasons),
            file=self.bad[0]["file"],
            record=self.bad[0]["record"],
            fix="mend the files, or allow more with quarantine.max_share in the config",
        )


@dataclass
class Source:
    """What a reader is given: the folders, the wanted splits, and a place for bad records."""

    dataset: str
    roots: Mapping[str, Path]
    splits: Mapping[str, str]  # wanted: our split -> native split
    decode_pictures: bool = True
    quarantine: dict[str, Quarantine] = field(default_factory=dict)
    _sizes: dict[Path, tuple[int, int]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.roots[self.dataset]

    def picture(self, path: str, *, of: str | None = None) -> dict[str, Any]:
        """The record fields image, width and height of a picture. Raises BadRecord if it is missing or broken.

        Every picture is decoded once (unless config raw.check_pictures says otherwise).
        """
        owner = of or self.dataset
        file = self.roots[owner] / path
        if file not in self._sizes:
            try:
                self._sizes[file] = open_picture(file, decode=self.decode_pictures).size
            except BadData as error:
                raise BadRecord(f"{error.problem}: {file}") from error
        width, height = self._sizes[file]
        return {"image": f"{owner}/{path}", "width": width, "height": height}

    @contextlib.contextmanager
    def record(self, split: str, file: str, record: str) -> Iterator[None]:
        """A block that makes one record or a part of one: if that cannot be done, it is quarantined."""
        quarantine = self.quarantine.setdefault(split, Quarantine())
        quarantine.seen += 1
        try:
            yield
        except BadRecord as error:
            reason = str(error)
        except KeyError as error:
            reason = f"field {error} is missing"
        except (TypeError, ValueError, AttributeError, IndexError) as error:
            reason = f"a field is of the wrong kind: {error}"
        else:
            return
        quarantine.bad.append({"file": file, "record": record, "reason": reason})

    def each(
        self, items: Iterable[dict], make: Callable[[dict], Made], *, split: str, file: str, what: str, key: str
    ) -> tuple[Made, ...]:
        """What `make` makes of every good item; the others are quarantined as "<what> <item[key]>"."""
        made = []
        for item in items:
            name = item.get(key) if isinstance(item, dict) else item
            with self.record(split, file, f"{what} {name}"):
                made.append(make(item))
        return tuple(made)


def region_of(x: float, y: float, w: float, h: float, width: int, height: int) -> Region:
    """A region from corner and size, clipped to its picture. Raises BadRecord if nothing of it lies there."""
    if w <= 0 or h <= 0:
        raise BadRecord(f"box x={x} y={y} w={w} h={h} has no area or a negative side")
    region = clip((float(x), float(y), float(x + w), float(y + h)), width, height)
    if area(region) <= 0:
        raise BadRecord(f"box x={x} y={y} w={w} h={h} lies outside its picture of {width} x {height} pixels")
    return tuple(map(float, region))


def text_of(value: object, field_name: str) -> str:
    """A text without blanks around or doubled within. Raises BadRecord if it is none or empty."""
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(f"{field_name} is {value!r}, expected some text")
    return " ".join(value.split())


def with_id(dataset: Dataset, module: str) -> Dataset:
    return dataclasses.replace(dataset, id=module)
