"""The tables of scores: per instruction, per task, over tasks, between variants, and of the ablations.

Scores are fractions, not percent. Each function yields rows with the columns named beside it.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from workflow_scripts.evaluation.statistics import (
    MULTIMODAL,
    Measured,
    Over,
    Study,
    by_seed,
    holm,
    interval,
    mean_of,
    over_instructions,
    p_value,
)

SCORES = ("variant", "seed", "task", "instruction", "metric", "score", "n", "unparsed", "off_options")
TASKS = (
    *("variant", "task", "kind", "metric", "mean", "max", "std", "low", "high"),
    *("n", "unparsed", "seeds", "off_options"),
)
AGGREGATES = (
    *("variant", "kind", "mean", "max", "sensitivity", "low", "high", "seed_std"),
    *("tasks", "seeds", "without_sensitivity"),
)
SIGNIFICANCE = ("variant", "against", "task", "kind", "metric", "difference", "low", "high", "p", "p_alone")
ABLATIONS = ("ablation", "value", "variant", "kind", "mean", "sensitivity", "seeds")


def scores(measured: Iterable[Measured]) -> Iterator[dict]:
    """SCORES: the mean over instances under each instruction."""
    for m in measured:
        for instruction, score in enumerate(m.scores.mean(axis=0)):
            yield {
                "variant": m.variant,
                "seed": m.seed,
                "task": m.task,
                "instruction": instruction,
                "metric": m.metric,
                "score": float(score),
                "n": len(m.instances),
                "unparsed": m.unparsed[instruction],
                "off_options": None if m.off_options is None else m.off_options[instruction],
            }


def tasks(study: Study) -> Iterator[dict]:
    """TASKS: over a task's instructions, averaged over seeds; low and high: 95 % interval of the mean.

    n, unparsed, off_options: numbers of answers, over all instructions and seeds.
    """
    for (variant, task, metric), runs in study.runs.items():
        overs = [over_instructions(m.scores) for m in runs]
        low, high = interval(study.resampled(variant, task, metric))
        yield {
            "variant": variant,
            "task": task,
            "kind": runs[0].kind,
            "metric": metric,
            "mean": mean_of(o.mean for o in overs),
            "max": mean_of(o.max for o in overs),
            "std": mean_of(o.std for o in overs),
            "low": low,
            "high": high,
            "n": sum(m.scores.size for m in runs),
            "unparsed": sum(sum(m.unparsed) for m in runs),
            "seeds": len(runs),
            "off_options": None if runs[0].off_options is None else sum(sum(m.off_options) for m in runs),
        }


def aggregates(study: Study) -> Iterator[dict]:
    """AGGREGATES: over all tasks of a kind, each under its primary metric.

    sensitivity: mean over tasks of standard deviation over mean, both over instructions; a task whose mean is 0 has
    none and is left out; without_sensitivity counts these, over all seeds. A kind of task that has one instruction only
    (NATURAL INSTRUCTIONS) has none at all. low and high: 95 % interval of the mean, instances drawn within each task.
    seed_std: standard deviation of the mean over seeds, of a sample; none of one seed.
    """
    for variant, kind in _variants(study):
        metrics = study.primary(variant, kind)
        seeds = _over(study, variant, metrics)
        means = [float(np.mean([o.mean for o in overs])) for overs in seeds.values()]
        low, high = interval(np.mean([study.resampled(variant, t, m) for t, m in metrics.items()], axis=0))
        many = kind == MULTIMODAL
        yield {
            "variant": variant,
            "kind": kind,
            "mean": mean_of(means),
            "max": mean_of(float(np.mean([o.max for o in overs])) for overs in seeds.values()),
            "sensitivity": _sensitivity(seeds) if many else None,
            "low": low,
            "high": high,
            "seed_std": float(np.std(means, ddof=1)) if len(means) > 1 else None,
            "tasks": len(metrics),
            "seeds": len(means),
            "without_sensitivity": sum(o.mean <= 0 for overs in seeds.values() for o in overs) if many else None,
        }


def _variants(study: Study) -> list[tuple[str, str]]:
    """(variant, kind), as they come."""
    return list(dict.fromkeys((variant, m.kind) for (variant, _, _), [m, *_] in study.runs.items()))


def _over(study: Study, variant: str, metrics: Mapping[str, str], only: set | None = None) -> dict[object, list[Over]]:
    """seed -> of every task; only: those seeds."""
    runs = by_seed({task: study.runs[variant, task, metric] for task, metric in metrics.items()})
    return {
        seed: [over_instructions(m.scores) for m in found.values()]
        for seed, found in runs.items() if only is None or seed in only
    }  # fmt: skip


def _sensitivity(seeds: Mapping[object, Sequence[Over]]) -> float | None:
    return mean_of(mean_of(o.sensitivity for o in overs) for overs in seeds.values())


def significance(study: Study, against: str) -> Iterator[dict]:
    """SIGNIFICANCE: each variant minus `against`, on each task that both answered and (task empty) over all of a kind.

    low and high: 95 % interval of the difference. p: of a paired permutation test, two-sided, after Holm over all
    variants of the kind (task empty) or all variants and tasks of the kind; p_alone: before.
    """
    families: dict[tuple[str, bool], list[dict]] = defaultdict(list)
    for variant, kind in _variants(study):
        if variant == against:
            continue
        both = {t: m for t, m in study.primary(variant, kind).items() if (against, t, m) in study.runs}
        if not both:
            continue
        found = {task: study.difference(variant, against, task, metric) for task, metric in both.items()}
        named = {"variant": variant, "against": against, "kind": kind}
        whole = [np.mean(values, axis=0) for values in zip(*found.values())]
        families[kind, True].append(named | {"task": "", "metric": ""} | _compared(*whole))
        families[kind, False] += [
            named | {"task": task, "metric": both[task]} | _compared(*values) for task, values in found.items()
        ]
    for rows in families.values():
        for row, p in zip(rows, holm([row["p_alone"] for row in rows])):
            yield row | {"p": p}


def _compared(difference: float, resampled: np.ndarray, flipped: np.ndarray) -> dict:
    low, high = interval(resampled)
    return {"difference": float(difference), "low": low, "high": high, "p_alone": p_value(difference, flipped)}


def ablations(study: Study, points: Sequence[Mapping], whole: str) -> Iterator[dict]:
    """ABLATIONS: a curve's points, by value; `whole` is the last of each.

    points: {"ablation", "value", "variant"}. `whole` counts with the seeds alone that the other points have, if it has
    them: points of a curve are compared with each other.
    """
    answered = {variant for variant, kind in _variants(study) if kind == MULTIMODAL}
    points = [p for p in points if p["variant"] in answered]
    others = {m.seed for p in points if p["variant"] != whole for m in _first_runs(study, p["variant"])}
    for point in sorted(points, key=lambda p: (p["ablation"], p["value"])):
        variant = point["variant"]
        common = others & {m.seed for m in _first_runs(study, variant)} or None
        seeds = _over(study, variant, study.primary(variant, MULTIMODAL), common)
        yield {
            "ablation": point["ablation"],
            "value": point["value"],
            "variant": variant,
            "kind": MULTIMODAL,
            "mean": mean_of(float(np.mean([o.mean for o in overs])) for overs in seeds.values()),
            "sensitivity": _sensitivity(seeds),
            "seeds": len(seeds),
        }


def _first_runs(study: Study, variant: str) -> list[Measured]:
    """The variant's runs on one of its tasks."""
    return next(runs for (v, _, _), runs in study.runs.items() if v == variant)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping]) -> str:
    """A table as CSV; fractions with six decimals, what is not defined empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(f"{v:.6f}" if isinstance(v := row[c], float) else v for c in columns)
    return out.getvalue()
