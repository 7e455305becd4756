"""Scores as the page shows them: a table per kind of task, and how sure a lead is."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from workflow_scripts import schemas
from workflow_scripts.errors import BadData

METRIC_NAMES = {"accuracy": "accuracy", "rouge_l": "ROUGE-L"}
KINDS = ("multimodal", "nlp")
CONSTANT = 0.95  # share of a task's outputs that are one text, from which a model is said to answer always the same
SURE = 1.96  # standard errors each way: 95 %


@dataclass(frozen=True)
class Cell:
    """One variant's scores at one task, over its instructions; fractions."""

    mean: float
    max: float
    std: float
    n: int  # answers: instances times instructions
    unparsed: int
    best: bool


@dataclass(frozen=True)
class Row:
    """One task under one metric; a cell for each variant, None where it was not evaluated."""

    task: str
    name: str
    metric: str
    cells: tuple[Cell | None, ...]

    @property
    def answers(self) -> int:
        """How many answers a score of this row is made of."""
        return max((c.n for c in self.cells if c), default=0)


@dataclass(frozen=True)
class Aggregate:
    """One variant over all tasks of a kind."""

    mean: float
    max: float
    sensitivity: float | None
    tasks: int


@dataclass(frozen=True)
class Comparison:
    """The table of one kind of task: rows of tasks, and what is over all of them, by variant."""

    kind: str
    variants: tuple[str, ...]
    rows: tuple[Row, ...]
    aggregates: tuple[Aggregate | None, ...]

    def best(self, field: str) -> set[int]:
        """Which variants have the best value of a field of Aggregate; the lowest is best for the sensitivity."""
        values = {i: getattr(a, field) for i, a in enumerate(self.aggregates) if a}
        values = {i: v for i, v in values.items() if v is not None}
        if len(values) < 2:
            return set()
        top = min(values.values()) if field == "sensitivity" else max(values.values())
        return {i for i, v in values.items() if v == top}

    @property
    def ranking(self) -> list[int]:
        """The variants by falling mean, equal ones in their usual order."""
        scored = [i for i, a in enumerate(self.aggregates) if a]
        return sorted(scored, key=lambda i: (-self.aggregates[i].mean, i))


def read_csv(path: Path) -> list[dict[str, str]]:
    """A table's rows, all values as text."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def comparisons(
    tasks_csv: Path, aggregates_csv: Path, variants: Sequence[str], tasks: Mapping[str, Mapping]
) -> dict[str, Comparison]:
    """The table of each kind of task, in the order of `variants` and `tasks`; subtasks follow by name."""
    scores, over_all = read_csv(tasks_csv), read_csv(aggregates_csv)
    try:
        return {k: _comparison(k, scores, over_all, tuple(variants), tasks) for k in KINDS}
    except (KeyError, ValueError) as error:
        fix = "delete results/tables and run snakemake again"
        raise BadData(f"not a table of scores: {error!r}", file=tasks_csv.parent, fix=fix) from error


def _comparison(kind: str, scores: list, over_all: list, variants: tuple, tasks: Mapping) -> Comparison:
    by_key: dict[tuple, dict[str, Mapping]] = {}
    for row in scores:
        if row["kind"] == kind:
            by_key.setdefault((row["task"], row["metric"]), {})[row["variant"]] = row
    order = {task: i for i, task in enumerate(tasks)}
    keys = sorted(by_key, key=lambda key: (order.get(key[0], len(order)), key))
    aggregates = {row["variant"]: row for row in over_all if row["kind"] == kind}
    return Comparison(
        kind,
        variants,
        tuple(_row(task, metric, by_key[task, metric], variants, tasks) for task, metric in keys),
        tuple(_aggregate(aggregates[v]) if v in aggregates else None for v in variants),
    )


def _row(task: str, metric: str, found: Mapping[str, Mapping], variants: tuple, tasks: Mapping) -> Row:
    top = max(float(row["mean"]) for row in found.values())
    contest = len(found) > 1 and top > 0
    cells = []
    for row in (found.get(v) for v in variants):
        if row is None:
            cells.append(None)
            continue
        mean = float(row["mean"])
        counts = int(row["n"]), int(row["unparsed"])
        cells.append(Cell(mean, float(row["max"]), float(row["std"]), *counts, best=contest and mean == top))
    name = tasks[task]["name"] if task in tasks else task
    return Row(task, name, METRIC_NAMES.get(metric, metric), tuple(cells))


def _aggregate(row: Mapping) -> Aggregate:
    sensitivity = float(row["sensitivity"]) if row["sensitivity"] else None
    return Aggregate(float(row["mean"]), float(row["max"]), sensitivity, int(row["tasks"]))


def half_width(answers: Path, pair: tuple[str, str], tasks: set[str]) -> float | None:
    """Half the 95 % interval of the difference between two variants' aggregates over `tasks`; None if unknown.

    Differences are paired by instance, each the mean over its instructions; tasks weigh the same, whatever their size.
    """
    columns = ["variant", "task", "metric", "instance_id", "score"]
    table = schemas.open_table(answers, schemas.ANSWERS).read(columns)
    wanted = pc.and_(_one_of(table["variant"], pair), _one_of(table["task"], tasks))
    means = table.filter(wanted).group_by(columns[:-1]).aggregate([("score", "mean")])
    if not means.num_rows:
        return None
    frame = means.to_pandas().pivot(index=["task", "metric", "instance_id"], columns="variant", values="score_mean")
    if set(frame.columns) != set(pair):
        return None
    by_metric = (frame[pair[0]] - frame[pair[1]]).groupby(level=["task", "metric"]).agg(["var", "count"])
    chosen: dict[str, float] = {}
    for (task, metric), row in by_metric.iterrows():
        if task not in chosen or metric == "rouge_l":  # as in evaluation.scoring.aggregates
            chosen[task] = row["var"] / row["count"]
    error = math.sqrt(sum(chosen.values())) / len(chosen)
    return None if math.isnan(error) else SURE * error


def _one_of(column: pa.ChunkedArray, values: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(sorted(values), type=pa.string()))


def instances_of(answers: Path) -> dict[str, int]:
    """How many instances of each task were evaluated."""
    table = schemas.open_table(answers, schemas.ANSWERS).read(["task", "instance_id"])
    counts = table.group_by("task").aggregate([("instance_id", "count_distinct")])
    return dict(zip(counts["task"].to_pylist(), counts["instance_id_count_distinct"].to_pylist()))


def constants(answers: Path) -> dict[tuple[str, str], str]:
    """(variant, task) -> the one text that the variant writes for nearly all of it, though the right answers differ."""
    table = schemas.open_table(answers, schemas.ANSWERS).read(["variant", "task", "output", "target"])
    differ = table.group_by("task").aggregate([("target", "count_distinct")])
    varied = {t for t, n in zip(differ["task"].to_pylist(), differ["target_count_distinct"].to_pylist()) if n > 1}
    counts = table.group_by(["variant", "task", "output"]).aggregate([("target", "count")]).to_pylist()
    totals: dict[tuple, int] = {}
    for row in counts:
        key = row["variant"], row["task"]
        totals[key] = totals.get(key, 0) + row["target_count"]
    found = {}
    for row in sorted(counts, key=lambda r: (r["variant"], r["task"])):
        key = row["variant"], row["task"]
        if row["task"] in varied and row["output"] and row["target_count"] >= CONSTANT * totals[key]:
            found[key] = row["output"]
    return found


def by_instruction(scores: Path) -> dict[str, dict[tuple[str, str], dict[int, float]]]:
    """task -> (metric, variant) -> instruction, from 0 -> score."""
    found: dict[str, dict] = {}
    for row in schemas.read(scores, schemas.SCORES):
        key = (METRIC_NAMES.get(row["metric"], row["metric"]), row["variant"])
        found.setdefault(row["task"], {}).setdefault(key, {})[row["instruction"]] = row["score"]
    return found


def unparsed(scores: Path) -> dict[str, tuple[int, int]]:
    """variant -> how many of its outputs could not be parsed, of how many; each output counts once."""
    seen: dict[tuple, tuple[int, int]] = {}
    for row in schemas.read(scores, schemas.SCORES):
        seen[row["variant"], row["task"], row["instruction"]] = (row["unparsed"], row["n"])
    totals: dict[str, tuple[int, int]] = {}
    for (variant, _, _), (bad, n) in seen.items():
        before = totals.get(variant, (0, 0))
        totals[variant] = (before[0] + bad, before[1] + n)
    return totals
