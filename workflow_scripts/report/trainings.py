"""How training went: loss curves as means over seeds, and the figures that each run's log ends with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.report.overview import parsed


@dataclass(frozen=True)
class CurvePoint:
    """A loss at one step: the mean over seeds, the lowest and the highest of them."""

    step: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Training:
    """One variant's runs. figures: the means over them of what their logs end with, of the memory the maximum."""

    variant: str
    runs: int
    losses: tuple[CurvePoint, ...]
    held_out: tuple[CurvePoint, ...]
    figures: Mapping[str, float]


def variant_of(log: Path) -> str:
    """Whose log it is.

    >>> variant_of(Path("models/ofa_taskname/seed-1/log.jsonl"))
    'ofa_taskname'
    """
    return log.parent.parent.name if log.parent.name.startswith("seed-") else log.parent.name


def trainings(logs: Iterable[Path], order: Sequence[str]) -> list[Training]:
    """Of each variant that has logs: first those of `order`, then the others by name."""
    by_variant: dict[str, list[list[dict]]] = {}
    for path in sorted(logs):
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [parsed(line, path, i) for i, line in enumerate(lines, start=1) if line.strip()]
        by_variant.setdefault(variant_of(path), []).append(rows)
    places = {variant: i for i, variant in enumerate(order)}
    names = sorted(by_variant, key=lambda v: (places.get(v, len(places)), v))
    return [_training(name, by_variant[name]) for name in names]


def _training(variant: str, runs: Sequence[Sequence[Mapping]]) -> Training:
    lasts = [next((row for row in reversed(rows) if "train_runtime" in row), {}) for rows in runs]
    figures = {
        name: (max if name == "peak_memory_mb" else _mean)([last[name] for last in lasts if name in last])
        for name in dict.fromkeys(key for last in lasts for key in last)
    }
    held_out = _curve(runs, "eval_loss")
    if held_out:
        figures["held_out"] = held_out[-1].mean
    return Training(variant, len(runs), _curve(runs, "loss"), held_out, figures)


def _curve(runs: Sequence[Sequence[Mapping]], name: str) -> tuple[CurvePoint, ...]:
    """Over the steps that every run logged: runs of one variant log the same ones."""
    by_run = [{row["step"]: row[name] for row in rows if "step" in row and name in row} for rows in runs]
    common = sorted(set.intersection(*map(set, by_run)))
    points = []
    for step in common:
        values = [run[step] for run in by_run]
        points.append(CurvePoint(step, _mean(values), min(values), max(values)))
    return tuple(points)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
