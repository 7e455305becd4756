"""What went in: instances by task and split, instructions with their scores, bad records."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.report.lengths import Lengths, over

SPLITS = ("train", "validation", "test")
ANY = "any"  # of leakage.csv: the row that counts each instance of a task once
BY = {"id": "by number", "hash": "by looks", "text": "by text"}
REASONS = 5  # how many bad records of a split are shown


@dataclass(frozen=True)
class Instruction:
    """One template and, by metric and variant, its score; None where it was not evaluated."""

    text: str
    scores: tuple[float | None, ...]
    best: tuple[bool, ...]


@dataclass(frozen=True)
class TaskOverview:
    """One task: what it is, its instances by split, its instructions."""

    id: str
    name: str
    group: str
    role: str
    dataset: str
    output: str
    counts: tuple[int | None, ...]  # in the order of SPLITS
    lengths: Lengths  # of all splits
    columns: tuple[tuple[str, str], ...]  # metric, variant
    instructions: tuple[Instruction, ...]

    @property
    def options(self) -> str:
        """How many options its instances have: a number or the least and the most; empty where there are none."""
        found = sorted(self.lengths.options)
        return "" if not found else f"{found[0]}" if len(found) == 1 else f"{found[0]}–{found[-1]}"


@dataclass(frozen=True)
class BadRecords:
    """The bad records of one split of a dataset: how many, and the first few."""

    dataset: str
    split: str
    count: int
    shown: tuple[Mapping, ...]


@dataclass(frozen=True)
class DatasetOverview:
    """What one dataset gave: records by split, None where it was not read, and how many were bad."""

    id: str
    title: str
    licence: str
    counts: tuple[int | None, ...]  # in the order of SPLITS
    bad: int


@dataclass(frozen=True)
class LeakageRow:
    """A training task: how many instances it has in common with each unseen task, by what they are recognised."""

    name: str
    cells: tuple[Mapping[str, int], ...]  # in the order of Leakage.unseen
    before: int  # instances with anything in common with any unseen task
    after: int  # of them, those that are trained on all the same


@dataclass(frozen=True)
class Leakage:
    """What training tasks had in common with unseen ones; rows are the tasks that had something."""

    unseen: tuple[str, ...]
    rows: tuple[LeakageRow, ...]
    tasks: int  # that were looked at
    before: int
    after: int


def tasks_by_group(
    tasks: Mapping[str, Mapping],
    templates: Mapping[str, Sequence[str]],
    lengths: Mapping[tuple[str, str], Lengths],
    scores: Mapping[str, Mapping[tuple[str, str], Mapping[int, float]]],
    variants: Sequence[str],
) -> dict[str, list[TaskOverview]]:
    """Groups by name, each with its tasks in the order of `tasks`.

    lengths: see lengths.by_split; so what is counted is what is trained on and evaluated. scores: see
    results.by_instruction.
    """
    groups: dict[str, list[TaskOverview]] = {}
    for task_id, task in tasks.items():
        found = scores.get(task_id, {})
        order = {v: i for i, v in enumerate(variants)}
        columns = tuple(sorted((c for c in found if c[1] in order), key=lambda c: (c[0], order[c[1]])))
        overview = TaskOverview(
            task_id,
            *(task[key] for key in ("name", "group", "role", "dataset", "output")),
            counts=tuple(of.instances if (of := lengths.get((task_id, split))) else None for split in SPLITS),
            lengths=over(lengths, [(task_id, split) for split in SPLITS]),
            columns=columns,
            instructions=_instructions(templates.get(task_id) or (), [found[c] for c in columns]),
        )
        groups.setdefault(task["group"], []).append(overview)
    return dict(sorted(groups.items()))


def _instructions(texts: Sequence[str], columns: Sequence[Mapping[int, float]]) -> tuple[Instruction, ...]:
    tops = [max(column.values()) if len(set(column.values())) > 1 else None for column in columns]
    rows = []
    for number, text in enumerate(texts):
        values = tuple(column.get(number) for column in columns)
        best = tuple(value is not None and value == top for value, top in zip(values, tops))
        rows.append(Instruction(text, values, best))
    return tuple(rows)


def datasets(
    declared: Mapping[str, Mapping], records: Sequence[Path], bad: Sequence[BadRecords]
) -> list[DatasetOverview]:  # fmt: skip
    """declared: id -> title, licence; records: <dataset>/<split>.parquet."""
    counts = {(path.parent.name, path.stem): schemas.rows_of(path) for path in records}
    return [
        DatasetOverview(
            dataset,
            **about,
            counts=tuple(counts.get((dataset, split)) for split in SPLITS),
            bad=sum(b.count for b in bad if b.dataset == dataset),
        )
        for dataset, about in declared.items()
    ]


def leakage(path: Path, tasks: Mapping[str, Mapping]) -> Leakage:
    """path: a table as separation.leakage writes it. tasks: id -> name."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row | {when: int(row[when]) for when in ("before", "after")} for row in csv.DictReader(file)]
    totals = {row["task"]: row for row in rows if row["unseen_task"] == ANY}
    cells: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        if row["unseen_task"] != ANY:
            found = cells.setdefault(row["task"], {}).setdefault(row["unseen_task"], {})
            found[BY[row["reason"]]] = row["before"]
    unseen = sorted({task for found in cells.values() for task in found})
    return Leakage(
        unseen=tuple(tasks[task]["name"] for task in unseen),
        rows=tuple(
            LeakageRow(
                name=tasks[task]["name"],
                cells=tuple(found.get(other, {}) for other in unseen),
                before=totals[task]["before"],
                after=totals[task]["after"],
            )
            for task, found in sorted(cells.items(), key=lambda item: tasks[item[0]]["name"])
        ),
        tasks=len(totals),
        before=sum(row["before"] for row in totals.values()),
        after=sum(row["after"] for row in totals.values()),
    )


def bad_records(quarantines: Sequence[Path]) -> list[BadRecords]:
    """The splits that have bad records, by dataset and split."""
    found = []
    for path in sorted(quarantines):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if lines:
            split = path.name.removesuffix(".quarantine.jsonl")
            shown = tuple(parsed(line, path, i) for i, line in enumerate(lines[:REASONS], start=1))
            found.append(BadRecords(path.parent.name, split, len(lines), shown))
    return found


def parsed(line: str, path: Path, number: int) -> dict:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadData(
            f"not JSON ({error})", file=path, record=f"line {number}", fix="delete it and run again"
        ) from error
    if not isinstance(row, dict):
        raise BadData(f"expected an object, found {line[:80]}", file=path, record=f"line {number}")
    return row
