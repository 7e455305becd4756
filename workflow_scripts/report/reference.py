"""Published numbers that a user puts beside ours: a CSV file with the columns variant,task,metric,mean,max,std.

In percent, as papers print them. `task` is a task's id, or multimodal or nlp for the aggregate over these tasks, whose
metric is left empty; `max` and `std` may be empty, and so may be variants and tasks that this run does not have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.errors import BadData
from workflow_scripts.report.results import KINDS, METRIC_NAMES, Comparison, rows_of

COLUMNS = ("variant", "task", "metric", "mean", "max", "std")


@dataclass(frozen=True)
class Figures:
    """Mean, and where they are known maximum and standard deviation over instructions; fractions."""

    mean: float
    max: float | None
    std: float | None


@dataclass(frozen=True)
class Beside:
    """One row: what it is of, and by variant ours and theirs; None where one of them is not there."""

    name: str
    metric: str
    cells: tuple[tuple[Figures | None, Figures | None], ...]


@dataclass(frozen=True)
class Reference:
    """The file's name, the variants that stand in it, and rows in the order of our tables."""

    file: str
    variants: tuple[str, ...]
    rows: tuple[Beside, ...]


def read(path: Path, tasks: Sequence[str]) -> dict[tuple[str, str, str], Figures]:
    """(variant, task, metric) -> figures. tasks: those that a file may name.

    Raises BadData that names the line where a column is missing, a number is none, or a task unknown.
    """
    found = {}
    for line, row in enumerate(rows_of(path), start=2):
        if missing := [name for name in COLUMNS if row.get(name) is None]:
            fix = f"the columns are {','.join(COLUMNS)}"
            raise BadData(f"{', '.join(missing)} is missing", file=path, record=f"line {line}", fix=fix)
        key = row["variant"], row["task"], row["metric"]
        if row["task"] not in (*tasks, *KINDS):
            fix = f"there are {', '.join((*tasks, *KINDS))}"
            raise BadData(f"no unseen task {row['task']}", file=path, record=f"line {line}", fix=fix)
        if row["task"] not in KINDS and row["metric"] not in METRIC_NAMES:
            fix = f"there are {', '.join(METRIC_NAMES)}"
            raise BadData(f"no metric {row['metric']}", file=path, record=f"line {line}", fix=fix)
        found[key] = Figures(*(_fraction(row[name], name, path, line) for name in ("mean", "max", "std")))
    if not found:
        raise BadData("no row", file=path, fix=f"the columns are {','.join(COLUMNS)}")
    if max(figures.mean for figures in found.values()) <= 0.01:
        raise BadData("no mean is above 1", file=path, fix="write percent: 51.9 in place of 0.519")
    return found


def _fraction(text: str, name: str, path: Path, line: int) -> float | None:
    if not text.strip() and name != "mean":
        return None
    try:
        value = float(text)
        if 0 <= value <= 100:
            return value / 100
    except ValueError:
        pass  # said below, as for a number out of range
    raise BadData(f"{name} is {text!r}", file=path, record=f"line {line}", fix="write percent, from 0 to 100")


def beside(path: Path, tables: Mapping[str, Comparison], tasks: Sequence[str]) -> Reference:
    """The reference's numbers and ours, for every task and metric that it names and each of its variants.

    tasks: ids of all unseen tasks, evaluated or not.
    """
    theirs = read(path, tasks)
    ours, names = _ours(tables)
    variants = tuple(dict.fromkeys(variant for variant, *_ in theirs))
    keys = list(dict.fromkeys((task, metric) for _, task, metric in theirs))
    order = {key: i for i, key in enumerate(names)}
    keys.sort(key=lambda key: order.get(key, len(order)))
    rows = tuple(
        Beside(
            names.get(key, key[0]),
            key[1],
            tuple((ours.get((v, *key)), theirs.get((v, *key))) for v in variants),
        )
        for key in keys
    )
    return Reference(path.name, variants, rows)


def _ours(tables: Mapping[str, Comparison]) -> tuple[dict[tuple[str, str, str], Figures], dict[tuple[str, str], str]]:
    """(variant, task, metric) -> figures, and (task, metric) -> name for people, in order."""
    figures, names = {}, {}
    for kind, table in tables.items():
        for row in table.rows:
            key = row.task, row.metric
            names[key] = row.name
            for variant, cell in zip(table.variants, row.cells):
                if cell:
                    figures[variant, *key] = Figures(cell.mean, cell.max, cell.std)
        names[kind, ""] = "All multimodal tasks" if kind == "multimodal" else "All NLP tasks"
        for variant, aggregate in zip(table.variants, table.aggregates):
            if aggregate:
                figures[variant, kind, ""] = Figures(aggregate.mean, aggregate.max, None)
    return figures, names
