"""Means, maxima, deviations and sensitivity, by hand; and the tables as they are written."""

import csv
import statistics

import pytest

from workflow_scripts import schemas
from workflow_scripts.evaluation.scoring import aggregates, per_task
from workflow_scripts.stages import score


def scored(task: str, values: list[float], metric: str = "accuracy") -> list[dict]:
    return [
        {"variant": "ofa", "task": task, "instruction": n, "metric": metric, "score": v, "n": 10, "unparsed": n}
        for n, v in enumerate(values)
    ]


def test_task_over_its_instructions():
    [row] = per_task(scored("t", [0.2, 0.4, 0.6, 0.8, 1.0]), {"t": "multimodal"})
    assert row["mean"] == pytest.approx(0.6)
    assert row["max"] == 1.0
    assert row["std"] == pytest.approx(0.08**0.5)  # squares 0.16 + 0.04 + 0 + 0.04 + 0.16, over five
    assert (row["n"], row["unparsed"], row["kind"]) == (50, 10, "multimodal")


def test_sensitivity_is_the_mean_of_each_tasks_spread():
    rows = [*scored("a", [0.2, 0.4]), *scored("b", [0.5, 0.5]), *scored("zero", [0.0, 0.0])]
    kinds = dict.fromkeys(("a", "b", "zero"), "multimodal")
    [found] = aggregates(per_task(rows, kinds))
    assert found["sensitivity"] == pytest.approx((0.1 / 0.3 + 0) / 2)  # zero has none
    assert found["mean"] == pytest.approx((0.3 + 0.5 + 0) / 3)
    assert found["max"] == pytest.approx((0.4 + 0.5 + 0) / 3)
    assert found["tasks"] == 3


def test_sensitivity_of_nothing_is_not_defined():
    [found] = aggregates(per_task(scored("zero", [0.0, 0.0]), {"zero": "multimodal"}))
    assert found["sensitivity"] is None
    [found] = aggregates(per_task(scored("text", [0.5]), {"text": "nlp"}))
    assert found["sensitivity"] is None


@pytest.mark.parametrize("order", [1, -1])
def test_aggregates_take_rouge_where_a_task_has_it(order):
    rows = (scored("a", [0.1]) + scored("a", [0.7], "rouge_l") + scored("b", [0.3]))[::order]
    [found] = aggregates(per_task(rows, {"a": "multimodal", "b": "multimodal"}))
    assert found["mean"] == pytest.approx(0.5)
    assert found["tasks"] == 2


def test_kinds_and_variants_are_kept_apart():
    rows = scored("a", [0.2]) + scored("b", [0.6]) + [{**r, "variant": "other"} for r in scored("a", [1.0])]
    found = list(aggregates(per_task(rows, {"a": "multimodal", "b": "nlp"})))
    assert {(r["variant"], r["kind"]): r["mean"] for r in found} == {
        ("ofa", "multimodal"): 0.2,
        ("ofa", "nlp"): 0.6,
        ("other", "multimodal"): 1.0,
    }


def predicted(task: str, instruction: int, output: str, target: str, subtask: str | None = None) -> dict:
    return {
        "task": task,
        "subtask": subtask,
        "instance_id": f"{target}",
        "instruction": instruction,
        "output": output,
        "target": target,
        "references": [target],
        "options": ["yes", "no"],
    }


@pytest.fixture
def tables(tmp_path) -> dict[str, list[dict]]:
    """The tables that the stage writes for two tasks, one of them with two subtasks."""
    seen = [predicted("t", 0, "Yes.", "yes"), predicted("t", 0, "", "no"), predicted("t", 1, "yes", "yes")]
    texts = [predicted("ni", 0, "red dog", "red dog", "x"), predicted("ni", 0, "cat", "red dog", "y")]
    paths = []
    for name, rows in (("t", [*seen, predicted("t", 1, "no", "no")]), ("ni", texts)):
        paths.append(tmp_path / f"{name}.parquet")
        schemas.write(rows, schemas.PREDICTIONS, paths[-1])
    tasks = {
        "t": {"output": "choice", "metrics": ["accuracy"], "kind": "multimodal"},
        "ni": {"output": "text", "metrics": ["rouge_l"], "kind": "nlp"},
    }
    outs = [tmp_path / name for name in ("answers.parquet", "scores.parquet", "scores.csv", "tasks.csv", "all.csv")]
    assert score.main(tasks=tasks, variants=["ofa"], predictions=paths, out=outs) == "6 answers, 4 scores"
    found = {path.name: list(csv.DictReader(path.open())) for path in outs[2:]}
    found["answers"] = list(schemas.read(outs[0], schemas.ANSWERS))
    found["scores"] = list(schemas.read(outs[1], schemas.SCORES))
    found["header"] = outs[2].read_text().splitlines()[0]
    return found


def test_columns_of_the_table_of_scores(tables):
    assert tables["header"] == "variant,task,instruction,metric,score,n,unparsed"


def test_scores_of_each_instruction(tables):
    assert [tuple(row.values()) for row in tables["scores.csv"]] == [
        ("ofa", "t", "0", "accuracy", "0.500000", "2", "1"),
        ("ofa", "t", "1", "accuracy", "1.000000", "2", "0"),
        ("ofa", "x", "0", "rouge_l", "1.000000", "1", "0"),
        ("ofa", "y", "0", "rouge_l", "0.000000", "1", "0"),
    ]
    assert [row["score"] for row in tables["scores"]] == [0.5, 1, 1, 0]


def test_answers_say_what_was_understood(tables):
    assert [row["answer"] for row in tables["answers"]] == ["yes", None, "yes", "no", "red dog", "cat"]


def test_tables_over_tasks(tables):
    [first, *_] = tables["tasks.csv"]
    assert (first["mean"], first["max"], first["std"], first["n"]) == ("0.750000", "1.000000", "0.250000", "4")
    assert [(r["kind"], r["mean"], r["sensitivity"], r["tasks"]) for r in tables["all.csv"]] == [
        ("multimodal", "0.750000", f"{0.25 / 0.75:.6f}", "1"),
        ("nlp", f"{statistics.fmean([1, 0]):.6f}", "", "2"),
    ]


def test_every_prediction_has_its_file(tmp_path):
    with pytest.raises(ValueError, match="shorter"):
        score.main(tasks={"t": {}}, variants=["ofa", "other"], predictions=[tmp_path / "a"], out=[tmp_path / "b"])
