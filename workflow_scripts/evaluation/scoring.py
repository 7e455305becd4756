"""All predictions to answers, scores per instruction, per task and over tasks.

Standard deviations are of the population (the five instructions are all there are). Sensitivity is the mean over tasks
of standard deviation over mean, both over instructions; a task whose mean is 0 has none and is left out, and a kind of
task with one instruction only (NATURAL INSTRUCTIONS) has none at all.
"""

import csv
import io
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.evaluation.metrics import METRICS, answer_of
from workflow_scripts.files import write_text

SCORE_COLUMNS = ("variant", "task", "instruction", "metric", "score", "n", "unparsed")
TASK_COLUMNS = ("variant", "task", "kind", "metric", "mean", "max", "std", "n", "unparsed")
AGGREGATE_COLUMNS = ("variant", "kind", "mean", "max", "sensitivity", "tasks")


def score_all(
    predictions: Sequence[tuple[str, str, Path]], tasks: Mapping[str, Mapping],
    answers_out: Path, scores_out: Path, scores_csv: Path, tasks_csv: Path, aggregates_csv: Path,
) -> tuple[int, int]:  # fmt: skip
    """Write all tables of scores from (variant, task, predictions); returns the numbers of answers and scores.

    tasks: id -> {"output", "metrics", "kind"}. ROUGE-L comes first where a task has it: it is what aggregates take.
    """
    kinds: dict[str, str] = {}
    grouped: dict[tuple, list[dict]] = defaultdict(list)

    def answers() -> Iterator[dict]:
        for variant, task, path in predictions:
            for row in _answers(variant, tasks[task], path):
                kinds[row["task"]] = tasks[task]["kind"]
                grouped[variant, row["task"], row["instruction"], row["metric"]].append(row)
                yield row

    answered = schemas.write(answers(), schemas.ANSWERS, answers_out)
    scores = [_score(key, rows) for key, rows in grouped.items()]
    schemas.write(scores, schemas.SCORES, scores_out)
    write_text(scores_csv, as_csv(SCORE_COLUMNS, scores))
    by_task = list(per_task(scores, kinds))
    write_text(tasks_csv, as_csv(TASK_COLUMNS, by_task))
    write_text(aggregates_csv, as_csv(AGGREGATE_COLUMNS, aggregates(by_task)))
    return answered, len(scores)


def _answers(variant: str, task: Mapping, path: Path) -> Iterator[dict]:
    for row in schemas.read(path, schemas.PREDICTIONS):
        answer = answer_of(row["output"], row["options"], task["output"])
        for metric in task["metrics"]:
            yield {
                "variant": variant,
                "task": row["subtask"] or row["task"],
                "instance_id": row["instance_id"],
                "instruction": row["instruction"],
                "metric": metric,
                "output": row["output"],
                "answer": answer,
                "target": row["target"],
                "score": METRICS[metric](answer, row["output"], row["references"]),
            }


def _score(key: tuple, rows: Sequence[Mapping]) -> dict:
    variant, task, instruction, metric = key
    return {
        "variant": variant,
        "task": task,
        "instruction": instruction,
        "metric": metric,
        "score": statistics.fmean(row["score"] for row in rows),
        "n": len(rows),
        "unparsed": sum(row["answer"] is None for row in rows),
    }


def per_task(scores: Iterable[Mapping], kinds: Mapping[str, str]) -> Iterator[dict]:
    """Mean, maximum and standard deviation over a task's instructions, by variant and metric."""
    grouped: dict[tuple, list[Mapping]] = defaultdict(list)
    for row in scores:
        grouped[row["variant"], row["task"], row["metric"]].append(row)
    for (variant, task, metric), rows in grouped.items():
        values = [row["score"] for row in rows]
        yield {
            "variant": variant,
            "task": task,
            "kind": kinds[task],
            "metric": metric,
            "mean": statistics.fmean(values),
            "max": max(values),
            "std": statistics.pstdev(values),
            "n": sum(row["n"] for row in rows),
            "unparsed": sum(row["unparsed"] for row in rows),
        }


def aggregates(by_task: Iterable[Mapping]) -> Iterator[dict]:
    """Over all tasks of a kind: the mean of means, the mean of maxima, the sensitivity; fractions, not percent.

    A task counts once, with ROUGE-L where it has that, else with accuracy.
    """
    best: dict[tuple, Mapping] = {}
    for row in by_task:
        key = row["variant"], row["kind"], row["task"]
        if key not in best or row["metric"] == "rouge_l":
            best[key] = row
    grouped: dict[tuple, list[Mapping]] = defaultdict(list)
    for (variant, kind, _), row in best.items():
        grouped[variant, kind].append(row)
    for (variant, kind), rows in grouped.items():
        spreads = [row["std"] / row["mean"] for row in rows if row["mean"] > 0] if kind == "multimodal" else []
        yield {
            "variant": variant,
            "kind": kind,
            "mean": statistics.fmean(row["mean"] for row in rows),
            "max": statistics.fmean(row["max"] for row in rows),
            "sensitivity": statistics.fmean(spreads) if spreads else None,
            "tasks": len(rows),
        }


def as_csv(columns: Sequence[str], rows: Iterable[Mapping]) -> str:
    """A table as CSV; fractions with six decimals, what is not defined empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(f"{v:.6f}" if isinstance(v := row[c], float) else v for c in columns)
    return out.getvalue()
