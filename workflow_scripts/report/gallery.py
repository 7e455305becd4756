"""The gallery: a few instances of each task, with what every variant answered.

Instances are chosen by a hash of their ids, and among a task's first of these so that different outcomes are seen (all
variants right, only one right, ...): the gallery shows what happens, its shares of right and wrong mean nothing.
"""

import base64
import hashlib
import io
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from workflow_scripts import schemas
from workflow_scripts.errors import BadInput
from workflow_scripts.pictures import black_out, locate, open_picture
from workflow_scripts.report.overlay import Box, boxes, drawing_size, letter
from workflow_scripts.report.results import SECONDARY, is_free

POOL = 12  # times the number shown: instances among which different outcomes are looked for
RIGHT = 0.5  # a score from here on is called right
LETTERS = 3000  # of a text; the rest is left out and counted
PIXELS = 256  # the longest side of an embedded picture
BUDGET = 5_000_000  # bytes of all embedded pictures; then texts only
T = TypeVar("T")
SPLIT = {"eval": "test", "train": "train", "extra": "train"}


@dataclass(frozen=True)
class Picture:
    """An embedded picture as a data URI, with its size in drawing units; or why it is not there."""

    uri: str
    width: float = 0
    height: float = 0
    problem: str = ""


@dataclass(frozen=True)
class Output:
    """What some variants, by number, made of the example."""

    variants: tuple[int, ...]
    text: str
    answer: str | None  # what it was taken for
    score: float
    verdict: str  # right, wrong, unparsed


@dataclass(frozen=True)
class Item:
    """One example as the gallery shows it."""

    task: str
    name: str
    subtask: str | None
    instance_id: str
    split: str
    instruction: int  # from 1
    prompt: str
    target: str | None
    outputs: tuple[Output, ...]
    picture: Picture | None
    crop: Picture | None
    boxes: tuple[Box, ...]
    options: tuple[str, ...] = ()  # as they are spelt, where they are regions: then the drawing has their letters

    def letter(self, option: str | None) -> str | None:
        """Of an option in the drawing."""
        return letter(self.options.index(option)) if option in self.options else None

    def variants(self, right: bool) -> str:
        """The numbers of the variants that are right (or not), for the page's filter."""
        found = sorted(v for o in self.outputs for v in o.variants if (o.verdict == "right") == right)
        return " ".join(map(str, found))


@dataclass(frozen=True)
class _Choice:
    task: str
    instance_id: str
    subtask: str | None
    instruction: int

    @property
    def key(self) -> tuple[str, str, int]:
        """As in schemas.ANSWERS."""
        return self.subtask or self.task, self.instance_id, self.instruction


def build(
    *, tasks: Mapping[str, Mapping], variants: Sequence[str], per_task: int, scale: float,
    instances: Sequence[Path], examples: Sequence[Path], answers: Path, roots: Mapping[str, Path],
) -> list[Item]:  # fmt: skip
    """The gallery's items: tasks that were evaluated first, with `per_task` examples each, the others with a third."""
    by_key = {(p.parent.name, p.stem): p for p in instances}
    prompts = {(p.parent.name, p.stem): p for p in examples}
    shown = [t for t in tasks if (t, SPLIT[tasks[t]["role"]]) in by_key.keys() & prompts.keys()]
    shown.sort(key=lambda t: tasks[t]["role"] != "eval")
    places = {t: (t, SPLIT[tasks[t]["role"]]) for t in shown}
    counts = {t: per_task if tasks[t]["role"] == "eval" else max(1, per_task // 3) for t in shown}
    pools = {t: _pool(t, by_key[places[t]], prompts[places[t]], POOL * counts[t]) for t in shown}
    outputs = _answers(answers, [c for pool in pools.values() for c in pool], variants)
    room = Room(roots)
    items = []
    for task in shown:
        chosen = _spread(pools[task], lambda c: tuple((o.variants, o.verdict) for o in outputs[c.key]))[: counts[task]]
        ids = {c.instance_id for c in chosen}
        rows = {r["instance_id"]: r for r in _rows(by_key[places[task]], schemas.INSTANCES, ids)}
        texts = {(r["instance_id"], r["instruction"]): r for r in _rows(prompts[places[task]], schemas.EXAMPLES, ids)}
        for c in chosen:
            example = texts[c.instance_id, c.instruction]
            items.append(_item(c, tasks[task], rows[c.instance_id], example, outputs[c.key], room, scale))
    return items


def _pool(task: str, instances: Path, examples: Path, size: int) -> list[_Choice]:
    """Candidates by a hash of their ids, subtasks in turn; each under the instruction that its hash draws."""
    columns = schemas.open_table(instances, schemas.INSTANCES).read(["instance_id", "subtask"]).to_pydict()
    ids = sorted(zip(columns["instance_id"], columns["subtask"]), key=lambda pair: _hash(task, pair[0]))
    kept = _spread(ids, lambda pair: pair[1] or "")[:size]
    numbers: dict[str, list[int]] = {}
    wanted = {instance_id for instance_id, _ in kept}
    for row in _rows(examples, schemas.EXAMPLES, wanted):
        numbers.setdefault(row["instance_id"], []).append(row["instruction"])
    drawn = {i: sorted(n)[_hash(task, i) % len(n)] for i, n in numbers.items()}
    return [_Choice(task, i, subtask, drawn[i]) for i, subtask in kept if i in drawn]


def _hash(task: str, instance_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{task}\0{instance_id}".encode()).digest()[:8])


def _spread(items: Iterable[T], group: Callable[[T], Hashable]) -> list[T]:
    """The first item of each group, then the second of each, and so on; groups by their names."""
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(group(item), []).append(item)
    ordered = [groups[key] for key in sorted(groups)]
    turns = max(map(len, ordered), default=0)
    return [members[turn] for turn in range(turns) for members in ordered if turn < len(members)]


def _rows(path: Path, schema: pa.Schema, ids: set[str]) -> Iterable[dict]:
    wanted = pa.array(sorted(ids), type=pa.string())

    def keep(batch: pa.RecordBatch) -> list[int]:
        return pc.indices_nonzero(pc.is_in(batch.column("instance_id"), value_set=wanted)).to_pylist()

    return schemas.select(path, schema, keep)


def _answers(path: Path, choices: Sequence[_Choice], variants: Sequence[str]) -> dict[tuple, list[Output]]:
    """What the variants, in order, wrote for each choice; see _rank for which seed and by which metric."""
    keys = {c.key for c in choices}
    found: dict[tuple, dict[str, Mapping]] = {key: {} for key in keys}
    for row in _rows(path, schemas.ANSWERS, {key[1] for key in keys}):
        key = row["task"], row["instance_id"], row["instruction"]
        if key in keys:
            best = found[key].setdefault(row["variant"], row)
            found[key][row["variant"]] = min(best, row, key=_rank)
    return {key: _outputs([(i, rows[v]) for i, v in enumerate(variants) if v in rows]) for key, rows in found.items()}


def _rank(answer: Mapping) -> tuple:
    """The lowest is shown: the first seed's answer, judged by accuracy where the task has it."""
    return (
        -1 if answer["seed"] is None else answer["seed"],
        not is_free(answer["metric"]),
        answer["metric"] in SECONDARY,
        answer["metric"] != "accuracy",
    )


def _outputs(rows: Sequence[tuple[int, Mapping]]) -> list[Output]:
    """Variants that wrote the same stand together, in the order of each first one."""
    by_text: dict[str, tuple[list[int], Mapping]] = {}
    for variant, row in rows:
        by_text.setdefault(row["output"], ([], row))[0].append(variant)
    return [
        Output(tuple(whose), text, row["answer"], row["score"], _verdict(row)) for text, (whose, row) in by_text.items()
    ]


def _verdict(row: Mapping) -> str:
    return "unparsed" if row["answer"] is None else "right" if row["score"] >= RIGHT else "wrong"


def clipped(text: str, letters: int = LETTERS) -> str:
    """A text, or its beginning and how much is left out."""
    return text if len(text) <= letters else f"{text[:letters]} … ({len(text) - letters:,} more characters)"


class Room:
    """Embeds pictures until the budget is used up."""

    def __init__(self, roots: Mapping[str, Path]):
        self._roots, self._left = roots, BUDGET

    def shown(self, instance: Mapping) -> Picture:
        """The instance's picture as the model sees it, small."""

        def masked(image: Image.Image) -> Image.Image:
            if instance["mask"] is None:
                return image
            pixels = black_out(np.asarray(image), instance["mask"], instance["width"], instance["height"])
            return Image.fromarray(pixels)

        return self._embed(instance["image"], masked)

    def answer(self, instance: Mapping) -> Picture:
        """The picture that is the instance's answer, small."""
        crop = tuple(round(value) for value in instance["target_crop"])
        return self._embed(instance["target_image"] or instance["image"], lambda image: image.crop(crop))

    def _embed(self, name: str, change: Callable[[Image.Image], Image.Image]) -> Picture:
        if self._left <= 0:
            return Picture("", problem="left out to keep this page small")
        try:
            image = change(open_picture(locate(name, self._roots)).convert("RGB"))
        except BadInput as error:
            return Picture("", problem=error.problem)
        size = drawing_size(*image.size)
        image.thumbnail((PIXELS, PIXELS))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=75, optimize=True)
        uri = "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
        self._left -= len(uri)
        return Picture(uri, *size)


def _item(
    choice: _Choice, task: Mapping, instance: Mapping, example: Mapping, outputs: Sequence[Output], room: Room,
    scale: float,
) -> Item:  # fmt: skip
    return Item(
        choice.task,
        task["name"],
        choice.subtask,
        choice.instance_id,
        SPLIT[task["role"]],
        choice.instruction + 1,
        clipped(example["prompt"]),
        None if example["target"] is None else clipped(example["target"]),
        tuple(replace(o, text=clipped(o.text, 400)) for o in outputs),
        *drawn(instance, outputs, room, scale),
        options=tuple(example["options"]) if instance["option_regions"] else (),
    )


def drawn(
    instance: Mapping, outputs: Sequence[Output], room: Room, scale: float = 1.0
) -> tuple[Picture | None, Picture | None, tuple[Box, ...]]:  # fmt: skip
    """What is shown of a row of schemas.INSTANCES: its picture, the picture that is its answer, boxes on the first.

    scale: of the outputs' boxes; see regions.from_bins.
    """
    answer = room.answer(instance) if instance["target_crop"] is not None else None
    if instance["image"] is None:
        return None, answer, ()
    found = boxes(instance, [(o.variants, o.text) for o in outputs], scale=scale)
    return room.shown(instance), answer, tuple(found)
