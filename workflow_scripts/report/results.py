"""Scores as the page shows them: a table per kind of task, what is significant in it, and the curves of the ablations.

Tables of scores are CSV files of fractions (evaluation.tables); here nothing is computed anew but what compares rows.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from workflow_scripts import schemas
from workflow_scripts.errors import BadData

T = TypeVar("T")
METRIC_NAMES = {
    "accuracy": "accuracy",
    "rouge_l": "ROUGE-L",
    "nearest_option": "nearest option",
    "vqa_accuracy": "VQA accuracy",
    "iou_accuracy": "IoU accuracy",
    "region_f1": "region F1",
    "set_accuracy": "set accuracy",
}
MODES = {
    "constrained": "constrained to the options",
    "ranked": "options ranked by likelihood",
}  # that a metric may name
SECONDARY = ("nearest_option",)  # metrics that only help to understand another
KINDS = ("multimodal", "nlp")
CONSTANT = 0.95  # share of a task's outputs that are one text, from which a model is said to answer always the same
ALPHA = 0.05  # p below it is called significant


def metric_name(metric: str) -> str:
    """A metric for people.

    >>> metric_name("rouge_l"), metric_name("accuracy_ranked")
    ('ROUGE-L', 'accuracy, options ranked by likelihood')
    """
    name, _, mode = metric.rpartition("_")
    if mode in MODES:
        return f"{metric_name(name)}, {MODES[mode]}"
    return METRIC_NAMES.get(metric, metric)


def is_free(metric: str) -> bool:
    """Whether it is of answers that were generated freely; others name how they were."""
    return metric.rpartition("_")[2] not in MODES


@dataclass(frozen=True)
class Difference:
    """A variant's mean minus that of `against`: its 95 % interval, and p after the correction for many tests."""

    against: str
    difference: float
    low: float
    high: float
    p: float

    @property
    def direction(self) -> str | None:
        """above or below; None if it may be chance."""
        if self.p >= ALPHA or self.difference == 0:
            return None
        return "above" if self.difference > 0 else "below"

    @property
    def turned(self) -> "Difference":
        """The same seen from the other variant, whose name is not kept."""
        return Difference("", -self.difference, -self.high, -self.low, self.p)


@dataclass(frozen=True)
class Cell:
    """One variant's scores at one task, over its instructions and averaged over seeds; fractions."""

    mean: float
    max: float
    std: float
    low: float | None  # 95 % interval of the mean
    high: float | None
    n: int  # answers: instances times instructions times seeds
    unparsed: int
    off_options: int | None  # answers that are none of the options; None where there are none
    seeds: int
    best: frozenset[str] = frozenset()  # which of its fields are the best of their row
    difference: Difference | None = None


@dataclass(frozen=True)
class Row:
    """One task under one metric; a cell for each variant, None where it was not evaluated."""

    task: str
    name: str
    metric: str
    cells: tuple[Cell | None, ...]

    @property
    def secondary(self) -> bool:
        return self.metric in SECONDARY or not is_free(self.metric)


@dataclass(frozen=True)
class Aggregate:
    """One variant over all tasks of a kind. seed_std: of the mean over seeds; None of one seed."""

    mean: float
    max: float
    sensitivity: float | None
    low: float | None
    high: float | None
    seed_std: float | None
    tasks: int
    seeds: int
    without_sensitivity: int  # tasks whose mean is 0, over all seeds: the sensitivity leaves them out
    difference: Difference | None = None


@dataclass(frozen=True)
class Comparison:
    """The table of one kind of task: rows of tasks, and what is over all of them, by variant."""

    kind: str
    variants: tuple[str, ...]
    rows: tuple[Row, ...]
    aggregates: tuple[Aggregate | None, ...]
    against: str | None  # the variant that the others are tested against

    def best(self, field: str) -> set[int]:
        """Which variants have the best value of a field of Aggregate; the lowest is best for the sensitivity."""
        values = {i: getattr(a, field) for i, a in enumerate(self.aggregates) if a}
        values = {i: v for i, v in values.items() if v is not None}
        if len(values) < 2 or len(set(values.values())) < 2:
            return set()
        top = min(values.values()) if field == "sensitivity" else max(values.values())
        return {i for i, v in values.items() if v == top}

    @property
    def ranking(self) -> list[int]:
        """The variants by falling mean, equal ones in their usual order."""
        scored = [i for i, a in enumerate(self.aggregates) if a]
        return sorted(scored, key=lambda i: -self.aggregates[i].mean)

    @property
    def tasks(self) -> int:
        return max((a.tasks for a in self.aggregates if a), default=0)

    @property
    def seeds(self) -> int:
        """Of the variants that are tuned with most of them."""
        return max((a.seeds for a in self.aggregates if a), default=0)

    def aggregate(self, variant: str) -> Aggregate | None:
        return self.aggregates[self.variants.index(variant)] if variant in self.variants else None

    def lead(self) -> Difference | None:
        """Of the first over the second, where the two were tested against each other."""
        if len(self.ranking) < 2:
            return None
        first, second = self.ranking[:2]
        if self.variants[second] == self.against:
            return self.aggregates[first].difference
        if self.variants[first] == self.against and (found := self.aggregates[second].difference):
            return found.turned
        return None


@dataclass(frozen=True)
class Point:
    """One ablation, or last the whole variant."""

    value: int
    variant: str
    mean: float
    sensitivity: float | None
    seeds: int


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """A CSV table's rows."""
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def columns_of(path: Path) -> list[str]:
    """The first line of a CSV table."""
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file), [])


def comparisons(tables: Mapping[str, Path], variants: Sequence[str], tasks: Mapping) -> dict[str, Comparison]:
    """A table for each kind of task, from tasks.csv, aggregates.csv and significance.csv. tasks: id -> name.

    Raises BadData where a column is missing or a number is none, as every function here does.
    """
    tests = dict(_parsed(tables["significance.csv"], _test))
    aggregates = dict(_parsed(tables["aggregates.csv"], lambda row: _aggregate(row, tests)))
    rows = list(_parsed(tables["tasks.csv"], _scored))
    return {kind: _comparison(kind, rows, aggregates, tests, tuple(variants), tasks) for kind in KINDS}


def _parsed(path: Path, parse: Callable[[Mapping[str, str]], T]) -> Iterator[T]:
    """A table's rows as `parse` makes them."""
    for line, row in enumerate(rows_of(path), start=2):
        try:
            yield parse(row)
        except (KeyError, ValueError, TypeError) as error:
            fix = "delete it and run snakemake again"
            raise BadData(f"not a table of scores: {error!r}", file=path, record=f"line {line}", fix=fix) from error


def _test(row: Mapping[str, str]) -> tuple[tuple[str, str, str, str], Difference]:
    numbers = (float(row[column]) for column in ("difference", "low", "high", "p"))
    return (row["variant"], row["task"], row["kind"], row["metric"]), Difference(row["against"], *numbers)


def _aggregate(row: Mapping[str, str], tests: Mapping) -> tuple[tuple[str, str], Aggregate]:
    variant, kind = row["variant"], row["kind"]
    return (variant, kind), Aggregate(
        float(row["mean"]),
        float(row["max"]),
        *(_number(row[field]) for field in ("sensitivity", "low", "high", "seed_std")),
        tasks=int(row["tasks"]),
        seeds=int(row["seeds"]),
        without_sensitivity=int(row["without_sensitivity"] or 0),
        difference=tests.get((variant, "", kind, "")),
    )


def _scored(row: Mapping[str, str]) -> tuple[tuple[str, str, str, str], Cell]:
    """Of tasks.csv: variant, kind, task and metric, and the scores without what compares them with others."""
    cell = Cell(
        *(float(row[field]) for field in ("mean", "max", "std")),
        *(_number(row[field]) for field in ("low", "high")),
        *(int(row[field]) for field in ("n", "unparsed")),
        off_options=int(row["off_options"]) if row["off_options"] else None,
        seeds=int(row["seeds"]),
    )
    return (row["variant"], row["kind"], row["task"], row["metric"]), cell


def _number(text: str) -> float | None:
    return float(text) if text else None


def _comparison(
    kind: str, scored: list, aggregates: Mapping, tests: Mapping, variants: tuple[str, ...], tasks: Mapping
) -> Comparison:  # fmt: skip
    by_key: dict[tuple[str, str], dict[str, Cell]] = {}
    for (variant, of, task, metric), cell in scored:
        if of == kind and variant in variants:
            cell = replace(cell, difference=tests.get((variant, task, kind, metric)))
            by_key.setdefault((task, metric), {})[variant] = cell
    order = {task: i for i, task in enumerate(tasks)}

    def place(key: tuple[str, str]) -> tuple:
        task, metric = key
        return order.get(task, len(order)), task, not is_free(metric), metric in SECONDARY, metric

    return Comparison(
        kind,
        variants,
        tuple(_row(*key, by_key[key], variants, tasks) for key in sorted(by_key, key=place)),
        tuple(aggregates.get((v, kind)) for v in variants),
        next((test.against for (_, _, of, _), test in tests.items() if of == kind), None),
    )


def _row(task: str, metric: str, found: Mapping[str, Cell], variants: tuple[str, ...], tasks: Mapping) -> Row:
    values = {field: [getattr(cell, field) for cell in found.values()] for field in ("mean", "max")}
    tops = {field: max(of) for field, of in values.items() if len(set(of)) > 1}  # where all are equal none is best
    cells = tuple(
        replace(cell, best=frozenset(field for field, top in tops.items() if getattr(cell, field) == top))
        if (cell := found.get(variant))
        else None
        for variant in variants
    )
    return Row(task, tasks[task]["name"] if task in tasks else task, metric, cells)


def ablations(path: Path) -> dict[str, list[Point]]:
    """Of ablations.csv: what is taken away -> its points by value; without a curve that would be one point."""
    found: dict[str, list[Point]] = {}
    for name, point in _parsed(path, _point):
        found.setdefault(name, []).append(point)
    return {name: sorted(points, key=lambda p: p.value) for name, points in found.items() if len(points) > 1}


def _point(row: Mapping[str, str]) -> tuple[str, Point]:
    sensitivity, seeds = _number(row["sensitivity"]), int(row["seeds"])
    return row["ablation"], Point(int(row["value"]), row["variant"], float(row["mean"]), sensitivity, seeds)


def instances_of(answers: Path) -> dict[str, int]:
    """How many instances of each task were evaluated."""
    table = schemas.open_table(answers, schemas.ANSWERS).read(["task", "instance_id"])
    counts = table.group_by("task").aggregate([("instance_id", "count_distinct")])
    return dict(zip(counts["task"].to_pylist(), counts["instance_id_count_distinct"].to_pylist()))


def constants(answers: Path) -> dict[tuple[str, str], str]:
    """(variant, task) -> the one text that the variant writes for nearly all of it, though the right answers differ.

    Only what is so with every seed counts; the text is the first seed's.
    """
    names = ["variant", "seed", "task", "output", "target", "metric"]
    table = schemas.open_table(answers, schemas.ANSWERS).read(names)
    free = [metric for metric in pc.unique(table["metric"]).to_pylist() if is_free(metric)]
    table = table.filter(pc.is_in(table["metric"], value_set=pa.array(free, pa.string())))
    differ = table.group_by("task").aggregate([("target", "count_distinct")])
    varied = {t for t, n in zip(differ["task"].to_pylist(), differ["target_count_distinct"].to_pylist()) if n > 1}
    counts = table.group_by(["variant", "task", "seed", "output"]).aggregate([("target", "count")]).to_pylist()
    runs: dict[tuple[str, str], dict[int | None, dict[str, int]]] = {}
    for row in counts:
        of_run = runs.setdefault((row["variant"], row["task"]), {}).setdefault(row["seed"], {})
        of_run[row["output"]] = row["target_count"]
    found = {}
    for key, by_seed in sorted(runs.items()):
        texts = [_constant(by_seed[seed]) for seed in sorted(by_seed, key=lambda seed: -1 if seed is None else seed)]
        if key[1] in varied and all(texts):
            found[key] = texts[0]
    return found


def _constant(counts: Mapping[str, int]) -> str | None:
    text = max(sorted(counts), key=counts.__getitem__)
    return text if counts[text] >= CONSTANT * sum(counts.values()) else None


def by_instruction(scores: Path) -> dict[str, dict[tuple[str, str], dict[int, float]]]:
    """task -> (metric, variant) -> instruction, from 0 -> score, averaged over seeds."""
    table = schemas.open_table(scores, schemas.SCORES).read()
    means = table.group_by(["task", "metric", "variant", "instruction"], use_threads=False).aggregate(
        [("score", "mean")]
    )
    found: dict[str, dict] = {}
    for row in means.to_pylist():
        scores_of = found.setdefault(row["task"], {}).setdefault((row["metric"], row["variant"]), {})
        scores_of[row["instruction"]] = row["score_mean"]
    return found


def unparsed(scores: Path, variants: Iterable[str]) -> dict[str, tuple[int, int]]:
    """variant -> how many of its outputs could not be parsed, of how many; each output counts once."""
    seen = {}
    for row in schemas.read(scores, schemas.SCORES):
        if not is_free(row["metric"]):
            continue
        seen[row["variant"], row["seed"], row["task"], row["instruction"]] = (row["unparsed"], row["n"])
    totals: dict[str, tuple[int, int]] = {}
    for (variant, *_), (bad, n) in seen.items():
        before = totals.get(variant, (0, 0))
        totals[variant] = (before[0] + bad, before[1] + n)
    return {variant: totals[variant] for variant in variants if variant in totals}
