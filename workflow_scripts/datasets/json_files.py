"""JSON files of raw datasets: read in bounded memory, checked against the shape that a reader declares.

A large file is a list, or an object that holds lists: it is cut between elements into parts of some megabytes, and each
part is decoded by itself into msgspec structs. Fields that the structs do not name are skipped, not built. An element
that does not fit is handed over as `Unfit`; a file that is not JSON is an error with its position.
"""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple, TypeVar, get_args, get_origin

import msgspec
import numpy as np

from workflow_scripts.errors import BadData

T = TypeVar("T")

Int = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]  # whole numbers in shapes: such as a table can hold

BLOCK = 1 << 22  # bytes read at once
WHOLE = ""  # the key of a file that is itself the list or object
_FIX = (
    "put the whole file there; if it lies below results/raw, delete its dataset's folder there and run snakemake again"
)
_OTHER = "another release, or another file of that name: fetch the dataset anew"
_NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # by msgspec: no JSON, of another shape, too deep
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:\s*\Z')
_COMMA = re.compile(rb"\s*,")


@dataclass(frozen=True)
class Unfit:
    """An element, or a part of one, that is not of the declared shape."""

    at: str  # its position: "annotations[3]", "[3].regions[7]"
    value: Any
    reason: str


@dataclass(frozen=True)
class Chunk:
    """Neighbouring elements of one list (or object) of a file."""

    key: str
    places: Sequence[int | str]  # where in it each stands: indexes of a list, names of an object's members
    items: Sequence[Any]
    unfit: list[Unfit] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, int | str, Any]]:
        """(position, place, element) of each."""
        for place, item in zip(self.places, self.items):
            yield position(self.key, place), place, item


def position(key: str, place: int | str) -> str:
    """Where an element stands, for people: "annotations[3]"."""
    return f"{key}[{place}]"


def chunks(path: Path, shapes: Mapping[str, Any]) -> Iterator[Chunk]:
    """The elements of the lists and objects below some keys of a file, in the file's order, decoded.

    shapes: key -> list[T] or dict[str, T]; the key WHOLE stands for the file itself. Raises BadData with file and
    position if the JSON ends early or is malformed, if a key is not there or there twice, and if what it has is of the
    other kind.
    """
    decoders = {key: _Decoder(key, shape) for key, shape in shapes.items()}
    missing = set(shapes)
    try:
        with open(path, "rb") as file:
            for part in _Walk(path, set(shapes)).parts(file):
                missing.discard(part.key)
                yield decoders[part.key].decode(part, path)
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    if missing:
        named = ", ".join(map(repr, sorted(missing)))
        raise BadData(f"the file has no list or object {named}".removesuffix(" ''"), file=path, fix=_OTHER)


def document(path: Path, shape: type[T] = dict) -> T:
    """A whole JSON file of moderate size. Raises BadData as `chunks` does, and if it is not of the shape."""
    try:
        found = fit("", _untyped(path.read_bytes(), path, 0), shape)
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    if isinstance(found, Unfit):
        raise BadData(f"the file is not of the expected shape: {found.reason}", file=path, fix=_OTHER)
    return found


def lines(path: Path, shape: type[T]) -> Iterator[tuple[str, T | Unfit]]:
    """(position, value) of every line of a JSON-lines file. Raises BadData with file and line if one is malformed."""
    decoder, offset = msgspec.json.Decoder(shape), 0
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    offset += len(line)
                    continue
                at = f"line {number}"
                try:
                    yield at, decoder.decode(line)
                except _NOT_READ:
                    yield at, fit(at, _untyped(line, path, offset, record=at), shape)
                offset += len(line)
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None


class _Decoder:
    """Decodes parts into values of one type. If a part does not fit, its elements are looked at one by one."""

    def __init__(self, key: str, hint: Any):
        self._key, self._is_object = key, get_origin(hint) is dict
        self._shape = get_args(hint)[-1]
        self._whole = msgspec.json.Decoder(hint)
        self._seen = 0

    def decode(self, part: "_Part", path: Path) -> Chunk:
        if part.is_object != self._is_object:
            kinds = ("a list", "an object")[:: 1 if part.is_object else -1]
            problem = f"{self._key or 'the file'} is {kinds[1]}, {kinds[0]} was expected"
            raise BadData(problem, file=path, fix=_OTHER)
        text = (b"{%b}" if self._is_object else b"[%b]") % part.content
        try:
            found, fits = self._whole.decode(text), True
        except _NOT_READ:
            found, fits = _untyped(text, path, part.offset - 1), False
        places = list(found) if self._is_object else range(self._seen, self._seen + len(found))
        values = list(found.values()) if self._is_object else found
        self._seen += len(values)
        return Chunk(self._key, places, values) if fits else self._salvaged(places, values)

    def _salvaged(self, places: Sequence[int | str], values: list) -> Chunk:
        """The elements that fit, and of the others what fits of the lists they hold."""
        unfit: list[Unfit] = []
        items = [_fitting(position(self._key, place), v, self._shape, unfit) for place, v in zip(places, values)]
        good = [index for index, item in enumerate(items) if item is not None]
        return Chunk(self._key, [places[i] for i in good], [items[i] for i in good], unfit)


def fit(at: str, value: Any, shape: type[T]) -> T | Unfit:
    """A value as `shape`; what Python's own parsers let pass and no table can hold does not fit either."""
    try:
        fitting = msgspec.convert(value, shape)
        msgspec.json.encode((at, fitting))
    except msgspec.ValidationError as error:
        return Unfit(at, value, str(error))
    except UnicodeEncodeError as error:
        return Unfit(at, value, f"a text holds {error.object[error.start]!a}, half of a character")
    return fitting


def _fitting(at: str, value: Any, shape: type, unfit: list[Unfit]) -> Any:
    """The value as `shape`, without those elements of its lists that do not fit; None if it does not fit itself."""
    whole = fit(at, value, shape)
    if not isinstance(whole, Unfit):
        return whole
    inner_unfit: list[Unfit] = []
    if isinstance(value, dict) and issubclass(shape, msgspec.Struct):
        value = dict(value)
        for part in msgspec.structs.fields(shape):
            inner, held = _struct_in_list(part.type), value.get(part.encode_name)
            if inner is not None and isinstance(held, list):
                places = (f"{at}.{part.encode_name}[{index}]" for index in range(len(held)))
                fits = [_fitting(place, v, inner, inner_unfit) is not None for place, v in zip(places, held)]
                value[part.encode_name] = list(itertools.compress(held, fits))
    rest = fit(at, value, shape)
    if isinstance(rest, Unfit):
        unfit.append(whole)
        return None
    unfit.extend(inner_unfit)
    return rest


def _struct_in_list(hint: Any) -> type | None:
    if get_origin(hint) is not list:
        return None
    [inner] = get_args(hint)
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


class _Part(NamedTuple):
    """Whole elements of one list or object of a file: their text, without brackets or commas around."""

    key: str
    is_object: bool
    content: bytes
    offset: int  # of the content in the file


class _Walk:
    """Goes through a file block by block and cuts the lists below the wanted keys behind their elements.

    Only behind elements that end in a bracket, so a list of bare numbers or texts is one part. Of every wanted list
    that is there, an empty one too, there is at least one part.
    """

    def __init__(self, path: Path, wanted: set[str]):
        self._path, self._wanted = path, wanted
        self._inside = 1 if wanted == {WHOLE} else 2  # depth of brackets within a list below a key
        self._text, self._offset = b"", 0  # what was not cut yet, and where in the file it begins
        self._depth = 0  # of brackets at its beginning
        self._key: str | None = None  # of the list that it begins in
        self._is_object, self._first = False, True
        self._found: set[str] = set()  # of the wanted keys

    def parts(self, file: BinaryIO) -> Iterator[_Part]:
        while block := file.read(max(BLOCK, len(self._text))):
            self._text += block
            yield from self._cut()
        rest = _brackets(self._text)[1].sum() + self._depth
        if rest > 0 or self._key is not None or not self._offset + len(self._text):
            raise BadData(f"JSON ends early, at byte {self._offset + len(self._text)}", file=self._path, fix=_FIX)
        if rest < 0 or (self._inside == 1 and self._text.strip()):
            raise self._malformed("nothing more was expected", 0)

    def _cut(self) -> Iterator[_Part]:
        brackets, steps = _brackets(self._text)
        depths = self._depth + np.cumsum(steps)
        opening = brackets[(depths == self._inside) & (steps > 0)]
        closing = brackets[(depths == self._inside - 1) & (steps < 0)]
        ends = brackets[(depths == self._inside) & (steps < 0)]
        over = brackets[depths == 0]
        if len(over) and self._text[over[0] + 1 :].strip():
            raise self._malformed("nothing more was expected", int(over[0]) + 1)
        start = 0
        while True:
            if self._key is None:
                if not len(opening := opening[opening >= start]):
                    break
                at = int(opening[0])
                self._key = WHOLE if self._inside == 1 else self._key_before(start, at)
                self._is_object, self._first = self._text[at : at + 1] == b"{", True
                start = at + 1
            closing = closing[closing >= start]
            if not len(closing):
                if len(ends) and (end := int(ends[-1]) + 1) > start:
                    yield from self._part(start, end, last=False)
                    start = end
                break
            end = int(closing[0])
            if self._text[end : end + 1] != (b"}" if self._is_object else b"]"):
                raise self._malformed("the other closing bracket was expected", end)
            yield from self._part(start, end, last=True)
            self._key, start = None, end + 1
        if start:
            self._depth = self._inside - (self._key is None)
            self._text, self._offset = self._text[start:], self._offset + start

    def _part(self, start: int, end: int, *, last: bool) -> Iterator[_Part]:
        """What of the list lies between start and end, if it is wanted."""
        first, self._first = self._first, False
        if self._key not in self._wanted:
            return
        if not first:
            comma = _COMMA.match(self._text, start, end)
            if comma is None and last and not self._text[start:end].strip():
                return
            if comma is None or not self._text[comma.end() : end].strip():
                raise self._malformed("a comma and another element was expected", start)
            start = comma.end()
        yield _Part(self._key, self._is_object, self._text[start:end], self._offset + start)

    def _key_before(self, start: int, at: int) -> str:
        """The key that the text ends with there, up to the bracket that opens its value; "" if there is none."""
        found = _KEY.search(self._text[start:at])
        if not found:
            return ""
        key = _untyped(b'"%b"' % found[1], self._path, self._offset + start + found.start())
        if key in self._found:
            raise self._malformed(f"{key!r} is given twice, the second time", at)
        if key in self._wanted:
            self._found.add(key)
        return key

    def _malformed(self, why: str, at: int) -> BadData:
        return BadData(f"malformed JSON: {why} at byte {self._offset + at}", file=self._path, fix=_FIX)


def _brackets(text: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Where brackets stand outside of strings, and whether each opens (1) or closes (-1)."""
    if b"\\" in text:
        text = _ESCAPED.sub(b"__", text)
    codes = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(codes == ord('"'))
    folded = codes | 0x20  # [ and { become {, ] and } become }
    brackets = np.flatnonzero((folded == ord("{")) | (folded == ord("}")))
    brackets = brackets[np.searchsorted(quotes, brackets) % 2 == 0]
    return brackets, np.where(folded[brackets] == ord("{"), 1, -1)


def _untyped(text: bytes, path: Path, offset: int, record: str | None = None) -> Any:
    """JSON as plain values, with the NaN and Infinity that Python writes and some published files hold.

    Raises BadData with the position in the file; offset: of the text there.
    """
    try:
        return msgspec.json.decode(text)
    except _NOT_READ as error:
        try:
            return json.loads(text)
        except RecursionError:
            problem = f"lists or objects are nested too deeply, somewhere from byte {offset} on"
            raise BadData(problem, file=path, record=record, fix=_FIX) from error
        except ValueError:
            raise _malformed(path, offset, error, record) from error


def _malformed(path: Path, offset: int, error: Exception, record: str | None = None) -> BadData:
    """What the parser says, with the position in the file rather than in the part that was parsed."""
    said = re.fullmatch(r"(?:JSON is malformed: )?(.*) \(byte (\d+)\)", str(error))
    problem = f"{said[1]} at byte {offset + int(said[2])}" if said else str(error)
    return BadData(f"malformed JSON: {problem}", file=path, record=record, fix=_FIX)
