"""What a dataset declares, and what its reader is given."""

import contextlib
import dataclasses
import json
import math
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from workflow_scripts.datasets.json_files import Unfit, chunks, lines
from workflow_scripts.datasets.tables import rows
from workflow_scripts.errors import BadData
from workflow_scripts.files import replacing
from workflow_scripts.pictures import open_picture
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region, area, clip

T = TypeVar("T")
Made = TypeVar("Made")

CheckPictures = Literal["decode", "header", "none"]
PhotoId = Literal["coco", "vg", "flickr"]  # by whose numbers photographs are known in several datasets


@dataclass(frozen=True)
class Dataset:
    """One raw dataset: where it comes from and how its files become records.

    Every record class is a frozen dataclass that has `record_id` (unique within the dataset's split), `image`
    ("<dataset>/<path>" or None), `width` and `height` (pixels, or None), and a class attribute VERSION.
    """

    title: str
    home: str
    licence: str
    citation: str
    folder: str  # its folder's usual name below a common root of raw data
    files: tuple[File, ...]
    annotations: tuple[str, ...]  # what the reader opens: paths or globs below the root, alternatives after "|";
    # "{split}" stands for a native split
    splits: Mapping[str, str]  # train, validation, test -> the dataset's own name for it
    record: type
    read: Callable[["Source"], Iterator[tuple[str, Any]]]  # (our split, record or pyarrow.RecordBatch of records)
    pictures_of: tuple[str, ...] = ()  # other datasets whose pictures its records name
    records_of: tuple[str, ...] = ()  # and those whose records of the same split its reader looks into
    photo_ids: Mapping[PhotoId, str] = field(default_factory=dict)  # columns that say which photograph `image` is
    pictures: bool = True  # no: its records have none
    id: str = ""

    def annotation_files(self, native_splits: Iterable[str], root: Path) -> list[str]:
        """The annotation files below root that reading these native splits opens.

        Of alternatives the first that is there; the first of all if none is, so that its absence can be told.
        """
        splits = list(native_splits)
        patterns = (p.format(split=s) for p in self.annotations for s in (splits if "{split}" in p else [""]))
        return list(dict.fromkeys(path for pattern in patterns for path in _present(pattern, root)))


def _present(pattern: str, root: Path) -> list[str]:
    alternatives = pattern.split("|")
    for path in alternatives:
        if found := sorted(p.relative_to(root).as_posix() for p in root.glob(path)):
            return found
    return [] if "*" in alternatives[0] else alternatives[:1]


class BadRecord(Exception):
    """A record or a part of one cannot be used; the message is the reason."""


class Quarantine:
    """The bad records of one split, and how many of each kind were looked at; in bounded memory."""

    def __init__(self):
        self.seen: Counter[str] = Counter()  # by kind: "annotations/x.json annotations[]"
        self.bad: Counter[str] = Counter()
        self._first: dict[str, list[dict]] = {}
        self._rows = tempfile.SpooledTemporaryFile(_SPOOL, "w+", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115

    def add(self, file: str, at: str, record: str, reason: str) -> None:
        """at: position in the file; record: what people know it by."""
        row = {"file": file, "position": at, "record": record, "reason": reason}
        kind = _kind(file, at)
        self.bad[kind] += 1
        if self.bad[kind] <= _TOLD:
            self._first.setdefault(kind, []).append(row)
        # of half a character, backslashreplace makes the very escape that JSON has for it
        self._rows.write(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n")

    def check(self, max_share: float, dataset: str, split: str) -> None:
        """Raises BadData if more than max_share of one kind of record is bad."""
        for kind, count in self.bad.items():
            if count <= max_share * self.seen[kind]:
                continue
            first = self._first[kind]
            reasons = [f"{b['record']} ({b['position']}): {b['reason']}" for b in first]
            raise BadData(
                f"{count} of {self.seen[kind]} records of {dataset}, split {split}, are bad, above the allowed share "
                f"of {max_share:g}; the first: " + "; ".join(reasons),
                file=first[0]["file"],
                record=f"{first[0]['record']} ({first[0]['position']})",
                fix="mend the files, or allow more with quarantine.max_share in the config",
            )

    def write(self, path: Path) -> None:
        """One bad record a line, as JSON."""
        self._rows.seek(0)
        with replacing(path) as part, open(part, "w", encoding="utf-8", errors="backslashreplace") as out:
            shutil.copyfileobj(self._rows, out)


_SPOOL = 1 << 20  # characters that are held; what is more waits in a file without a name
_TOLD = 3  # of the bad records of one kind


def _kind(file: str, at: str) -> str:
    """Records are of one kind if they stand in the same list of the same file."""
    return f"{file} {_INDEX.sub('[]', at)}"


_INDEX = re.compile(r"\[.*?\](?=\.|$)|(?<=^line )\d+|(?<=^row )\d+")


def repeated(record_id: str) -> BadRecord:
    """Records are known by their ids, which therefore must differ within a split."""
    return BadRecord(f"an earlier record has its id, {record_id}")


@dataclass
class Source:
    """What a reader is given: the folders, the wanted splits, files as typed records, and a place for bad ones."""

    dataset: str
    roots: Mapping[str, Path]
    splits: Mapping[str, str]  # wanted: our split -> native split
    check_pictures: CheckPictures = "decode"
    options: Mapping[str, Any] = field(default_factory=dict)  # the dataset's own, of Plan.read_options
    others: Mapping[tuple[str, str], Path] = field(default_factory=dict)  # (dataset, our split) -> records of another
    quarantine: dict[str, Quarantine] = field(default_factory=dict)
    _sizes: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # of pictures that were opened
    _listings: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # of folders with pictures

    def __post_init__(self):
        for split in self.splits:
            self.quarantine.setdefault(split, Quarantine())

    @property
    def root(self) -> Path:
        return self.roots[self.dataset]

    def ours(self, native: str) -> list[str]:
        """Our wanted splits that a native one serves as: none or one, several where the config says so."""
        return [split for split, served in self.splits.items() if served == native]

    # Files

    def find(self, *paths: str) -> str:
        """The first of these paths that is below the root; the first of all if none is."""
        return next((path for path in paths if (self.root / path).exists()), paths[0])

    def stream(self, file: str, key: str, shape: type[T], *, split: str | None = None) -> Iterator[tuple[str, T]]:
        """(position, element) of the list below a key of a JSON file (WHOLE: the file is the list), in bounded memory.

        shape: a msgspec.Struct that names the fields that are used. What does not fit is quarantined, in `split` or, if
        that cannot be told yet, in the first wanted one.
        """
        for chunk in chunks(self.root / file, {key: list[shape]}):
            self.refuse(chunk.unfit, file, split)
            yield from ((at, item) for at, _, item in chunk)

    def members(
        self, file: str, key: str, shape: type[T], *, split: str | None = None
    ) -> Iterator[tuple[str, str, T]]:  # fmt: skip
        """(position, name, value) of the members of the object below a key; otherwise as `stream`."""
        for chunk in chunks(self.root / file, {key: dict[str, shape]}):
            self.refuse(chunk.unfit, file, split)
            yield from chunk

    def lines(self, file: str, shape: type[T], *, split: str | None = None) -> Iterator[tuple[str, T]]:
        """(position, value) of the lines of a JSON-lines file; otherwise as `stream`."""
        for at, value in lines(self.root / file, shape):
            if isinstance(value, Unfit):
                self.refuse([value], file, split)
            else:
                yield at, value

    def rows(
        self, file: str, columns: Iterable[str], *, delimiter: str = ",", split: str | None = None
    ) -> Iterator[tuple[str, dict[str, str]]]:  # fmt: skip
        """(position, values of these columns) of the rows of a table with a header; otherwise as `stream`."""
        for at, value in rows(self.root / file, tuple(columns), delimiter=delimiter):
            if isinstance(value, Unfit):
                self.refuse([value], file, split)
            else:
                yield at, value

    # Records

    @contextlib.contextmanager
    def record(self, split: str, file: str, at: str, name: str) -> Iterator[None]:
        """A block that makes one record or a part of one: if it raises BadRecord, that is quarantined.

        at: its position in the file, as `stream` and the others tell; name: what people know it by ("question 17").
        """
        quarantine = self.quarantine[split]
        quarantine.seen[_kind(file, at)] += 1
        try:
            yield
        except BadRecord as error:
            quarantine.add(file, at, name, str(error))

    def each(
        self, items: Iterable[T], make: Callable[[T], Made], *, split: str, file: str, at: str, name: Callable[[T], str]
    ) -> tuple[Made, ...]:  # fmt: skip
        """What `make` makes of every good item of a list within a record; the others are quarantined."""
        made = []
        for index, item in enumerate(items):
            with self.record(split, file, f"{at}[{index}]", name(item)):
                made.append(make(item))
        return tuple(made)

    def looked_at(self, split: str, file: str, at: str, count: int, bad: Iterable[tuple[str, str, str]]) -> None:
        """Note that so many records of one kind were looked at in one go.

        at: the position of any of them; bad: position, name and reason of those that cannot be used.
        """
        quarantine = self.quarantine[split]
        quarantine.seen[_kind(file, at)] += count
        for where, name, reason in bad:
            quarantine.add(file, where, name, reason)

    def refuse(self, unfit: Iterable[Unfit], file: str, split: str | None = None) -> None:
        """Quarantine what is not of the declared shape."""
        quarantine = self.quarantine[split or next(iter(self.splits))]
        for part in unfit:
            quarantine.seen[_kind(file, part.at)] += 1
            quarantine.add(file, part.at, _called(part.value), part.reason)

    def picture(self, *paths: str, of: str | None = None, size: tuple[int, int] | None = None) -> dict[str, Any]:
        """The record fields image, width and height of a picture: the first of the paths at which there is one.

        Raises BadRecord if it is missing, broken or not below the dataset's folder.
        size: its width and height as the annotations tell them; the file must agree. Every picture is decoded once,
        unless config raw.check_pictures says otherwise; "none" opens only those whose size nothing tells.
        """
        owner = of or self.dataset
        path = next((path for path in paths if self.has_picture(path, of=owner)), None)
        if path is None:
            raise BadRecord(f"picture file is missing: {self.roots[owner] / paths[0]}")
        if self.check_pictures != "none" or size is None:
            found = self._sizes.get((owner, path)) or self._opened(owner, path)
            if size not in (None, found):
                raise BadRecord("picture is {} x {} pixels, its record says {} x {}".format(*found, *size))
            size = found
        return {"image": f"{owner}/{path}", "width": size[0], "height": size[1]}

    def has_picture(self, path: str, *, of: str | None = None) -> bool:
        """Whether there is such a file; folders are listed once, since they may hold 100,000 pictures.

        Raises BadRecord for a path that leaves the dataset's folder: it may stand in an annotation.
        """
        if path.startswith("/") or ".." in path.split("/"):
            raise BadRecord(f"picture {path!r} is not below the dataset's folder")
        owner, (folder, _, name) = of or self.dataset, path.rpartition("/")
        if (owner, folder) not in self._listings:
            root = self.roots[owner] / folder
            self._listings[owner, folder] = frozenset(
                os.listdir(root) if os.path.isdir(root) else ()
            )  # False for an impossible name, too
        return name in self._listings[owner, folder]

    def _opened(self, owner: str, path: str) -> tuple[int, int]:
        """A picture's width and height, as its file tells them."""
        file = self.roots[owner] / path
        try:
            size = open_picture(file, decode=self.check_pictures == "decode").size
        except BadData as error:
            raise BadRecord(f"{error.problem}: {file}") from error
        self._sizes[owner, path] = size
        return size


def _called(value: object) -> str:
    """What an element calls itself: by its "id", or the first field that ends so; what names others comes last."""
    ids = [key for key in value if isinstance(key, str) and key.endswith("id")] if isinstance(value, dict) else []
    own = sorted(ids, key=lambda key: (key != "id", key in ("category_id", "image_id")))
    return f"{own[0]} {_short(value[own[0]])}" if own else "without an id"


def _short(value: object) -> str:
    """An id as text; of what is none only as much as is sure to end."""
    if isinstance(value, str):
        return value[:100]
    return str(value) if isinstance(value, int) and value.bit_length() < 64 else type(value).__name__


def region_of(x: float, y: float, w: float, h: float, width: int, height: int) -> Region:
    """A region from corner and size, clipped to its picture. Raises BadRecord if nothing of it lies there."""
    if not all(map(math.isfinite, (x, y, w, h))):
        raise BadRecord(f"box x={x} y={y} w={w} h={h} is not of finite numbers")
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
