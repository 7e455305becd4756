"""All predictions to answers, scores and tables."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.evaluation import tables
from workflow_scripts.evaluation.metrics import METRICS, Judged, answer_of, is_off, nearest
from workflow_scripts.evaluation.statistics import Measured, Study
from workflow_scripts.files import write_text

FREE = "free"  # the mode of generation that aggregates take; others name their metrics
ROUGE, NEAREST = "rouge_l", "nearest_option"


@dataclass(frozen=True)
class Scored:
    """What scoring must know of a task."""

    output: str
    metrics: tuple[str, ...]  # as the task declares them
    kind: str  # multimodal or nlp

    @property
    def primary(self) -> str:
        """The metric that aggregates take: ROUGE-L where the task has it (arXiv 2212.10773), else the first."""
        return ROUGE if ROUGE in self.metrics else self.metrics[0]

    @property
    def all_metrics(self) -> tuple[str, ...]:
        """Those declared, the primary one first, and for choices by text also what the output is most like."""
        others = tuple(m for m in self.metrics if m != self.primary)
        return (self.primary, *others, *((NEAREST,) if self.output == "choice" else ()))


@dataclass(frozen=True)
class Answered:
    """A run's predictions on one task. seed: None if nothing was tuned."""

    variant: str
    seed: int | None
    task: str
    path: Path


def score_all(
    predictions: Sequence[Answered], tasks: Mapping[str, Scored], answers_out: Path, scores_out: Path
) -> list[Measured]:  # fmt: skip
    """Write the answers and the scores of all predictions; returns what was measured."""
    measured: list[Measured] = []
    with schemas.Writer(answers_out, schemas.ANSWERS) as writer:
        for answered in predictions:
            for part in _parts(answered):
                rows = list(_judged(answered, tasks[answered.task], part))
                for row in rows:
                    writer.add({name: row[name] for name in schemas.ANSWERS.names})
                measured += _measured(answered, tasks[answered.task], rows)
    schemas.write(tables.scores(measured), schemas.SCORES, scores_out)
    return measured


def write_tables(
    measured: Sequence[Measured], seed: int, against: str, points: Sequence[Mapping], whole: str,
    paths: Mapping[str, Path],
) -> dict[str, list[dict]]:  # fmt: skip
    """Write each table of scores that `paths` names and return its rows.

    seed: of what is drawn; against, points, whole: as in `tables`.
    """
    study = Study(measured, seed)
    made = {
        "scores": (tables.SCORES, lambda: tables.scores(measured)),
        "tasks": (tables.TASKS, lambda: tables.tasks(study)),
        "aggregates": (tables.AGGREGATES, lambda: tables.aggregates(study)),
        "significance": (tables.SIGNIFICANCE, lambda: tables.significance(study, against)),
        "ablations": (tables.ABLATIONS, lambda: tables.ablations(study, points, whole)),
    }
    found = {}
    for name, path in paths.items():
        columns, rows = made[name]
        found[name] = list(rows())
        write_text(path, tables.as_csv(columns, found[name]))
    return found


def _parts(answered: Answered) -> Iterator[list[dict]]:
    """The predictions of a task, or of each of its subtasks."""
    found: dict[str, list[dict]] = defaultdict(list)
    for row in schemas.read(answered.path, schemas.PREDICTIONS):
        found[row["subtask"] or row["task"]].append(row)
    yield from found.values()


def _judged(answered: Answered, task: Scored, predictions: Sequence[Mapping]) -> Iterator[dict]:
    """A row for each prediction and metric: the columns of schemas.ANSWERS, and whether the answer is no option."""
    for row in predictions:
        answer = answer_of(row["output"], row["options"], task.output)
        said = Judged(answer, row["output"], row["references"], row["options"])
        off = is_off(answer, row["options"], task.output) if row["options"] else None
        for metric in task.all_metrics:
            yield {
                "variant": answered.variant,
                "seed": answered.seed,
                "task": row["subtask"] or row["task"],
                "instance_id": row["instance_id"],
                "instruction": row["instruction"],
                "metric": metric if row["mode"] == FREE else f"{metric}_{row['mode']}",
                "output": row["output"],
                "answer": nearest(row["output"], row["options"]) if metric == NEAREST else answer,
                "target": row["target"],
                "score": METRICS[metric](said),
                "unparsed": answer is None,
                "off": off,
            }


def _measured(answered: Answered, task: Scored, rows: Sequence[Mapping]) -> Iterator[Measured]:
    """Rows of one task or subtask, by metric; instances in the order of their ids."""
    by_metric: dict[str, dict[tuple[str, int], Mapping]] = defaultdict(dict)
    for row in rows:
        by_metric[row["metric"]][row["instance_id"], row["instruction"]] = row
    for metric, found in by_metric.items():
        instances = sorted({instance for instance, _ in found})
        instructions = sorted({instruction for _, instruction in found})
        if len(found) != len(instances) * len(instructions):
            raise BadData(
                f"{len(found)} answers, not one to each of {len(instances)} instances under each of "
                f"{len(instructions)} instructions",
                file=answered.path, fix="delete it and run snakemake again",
            )  # fmt: skip
        grid = [[found[i, k] for k in instructions] for i in instances]
        has_options = grid[0][0]["off"] is not None
        yield Measured(
            variant=answered.variant,
            seed=answered.seed,
            task=rows[0]["task"],
            kind=task.kind,
            metric=metric,
            primary=metric == task.primary,
            instances=tuple(instances),
            scores=np.array([[row["score"] for row in line] for line in grid]),
            unparsed=tuple(sum(row["unparsed"] for row in column) for column in zip(*grid)),
            off_options=tuple(sum(row["off"] for row in column) for column in zip(*grid)) if has_options else None,
        )
