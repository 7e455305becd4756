"""From predictions to the tables as they are written."""

import csv
import json

import pytest

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.evaluation import tables as columns
from workflow_scripts.evaluation.scoring import Scored
from workflow_scripts.stages import score

OUTS = ("answers.parquet", "scores.parquet", *(f"{t}.csv" for t in ("scores", "tasks", "aggregates", "significance")))
TASKS = {
    "t": {"output": "choice", "metrics": ["accuracy"], "kind": "multimodal"},
    "ni": {"output": "text", "metrics": ["rouge_l"], "kind": "nlp"},
}
SETTINGS = {"tasks": TASKS, "seed": 0, "against": "tuned", "ablations": [], "whole": "tuned"}


def predicted(
    task: str, instruction: int, output: str, target: str, *, subtask: str | None = None, mode="free"
) -> dict:
    return {
        "task": task,
        "subtask": subtask,
        "instance_id": target,
        "instruction": instruction,
        "mode": mode,
        "output": output,
        "target": target,
        "references": [target],
        "options": [] if subtask else ["yes", "no"],
    }


def run(variant: str, seed: int | None, *tasks: str) -> dict:
    return {"variant": variant, "seed": seed, "tasks": list(tasks)}


def write(rows: list[dict], path) -> None:
    schemas.write(rows, schemas.PREDICTIONS, path)


@pytest.fixture
def tables(tmp_path) -> dict[str, list[dict]]:
    """The tables that the stage writes: `ofa` is untuned and answered two tasks, `tuned` was tuned twice."""
    yes_no = ("yes", "no")
    first = [predicted("t", 0, "Yes.", "yes"), predicted("t", 0, "", "no")]
    first += [predicted("t", 1, "yes", "yes"), predicted("t", 1, "maybe no", "no")]
    texts = [predicted("ni", 0, "red dog", "red dog", subtask="x"), predicted("ni", 0, "cat", "red dog", subtask="y")]
    answers = [first, texts, *([predicted("t", n, o, o) for n in (0, 1) for o in yes_no] for _ in range(2))]
    paths = [tmp_path / f"{n}.parquet" for n in range(4)]
    for rows, path in zip(answers, paths):
        write(rows, path)
    runs = [run("ofa", None, "t", "ni"), run("tuned", 0, "t"), run("tuned", 1, "t")]
    outs = [tmp_path / name for name in OUTS]
    assert score.main(settings=SETTINGS | {"runs": runs}, predictions=paths, out=outs) == (
        "4 tables of predictions, 26 scores"
    )
    found = {path.stem: list(csv.DictReader(path.open())) for path in outs[2:]}
    found["answers"] = list(schemas.read(outs[0], schemas.ANSWERS))
    assert [dict(row) for row in schemas.read(outs[1], schemas.SCORES)] == [
        {k: json.loads(v) if k in NUMBERS and v else v or None for k, v in row.items()} for row in found["scores"]
    ]
    return found


NUMBERS = ("seed", "instruction", "score", "n", "unparsed", "off_options")


def test_columns_are_those_declared(tables):
    declared = {"scores": columns.SCORES, "tasks": columns.TASKS, "aggregates": columns.AGGREGATES}
    for name, names in (declared | {"significance": columns.SIGNIFICANCE}).items():
        assert tuple(tables[name][0]) == names


def test_scores_of_each_instruction(tables):
    assert [tuple(row.values()) for row in tables["scores"][:6]] == [
        ("ofa", "", "t", "0", "accuracy", "0.500000", "2", "1", "0"),
        ("ofa", "", "t", "1", "accuracy", "0.500000", "2", "0", "1"),
        ("ofa", "", "t", "0", "nearest_option", "0.500000", "2", "1", "0"),
        ("ofa", "", "t", "1", "nearest_option", "1.000000", "2", "0", "1"),
        ("ofa", "", "x", "0", "rouge_l", "1.000000", "1", "0", ""),
        ("ofa", "", "y", "0", "rouge_l", "0.000000", "1", "0", ""),
    ]
    assert [row["seed"] for row in tables["scores"] if row["variant"] == "tuned"] == ["0"] * 4 + ["1"] * 4


def test_answers_say_what_was_understood(tables):
    understood = [(row["metric"], row["answer"]) for row in tables["answers"] if row["variant"] == "ofa"]
    assert [answer for metric, answer in understood if metric == "accuracy"] == ["yes", None, "yes", "maybe no"]
    assert [answer for metric, answer in understood if metric == "nearest_option"] == ["yes", None, "yes", "no"]


def test_tables_over_tasks(tables):
    [first, *_] = tables["tasks"]
    assert (first["mean"], first["max"], first["std"], first["n"]) == ("0.500000", "0.500000", "0.000000", "4")
    assert (first["unparsed"], first["off_options"], first["seeds"]) == ("1", "1", "1")
    assert [(r["variant"], r["kind"], r["mean"], r["tasks"], r["seeds"]) for r in tables["aggregates"]] == [
        ("ofa", "multimodal", "0.500000", "1", "1"),
        ("ofa", "nlp", "0.500000", "2", "1"),
        ("tuned", "multimodal", "1.000000", "1", "2"),
    ]


def test_variants_are_compared_where_both_answered(tables):
    rows = [(r["variant"], r["task"], r["metric"], r["difference"]) for r in tables["significance"]]
    assert rows == [("ofa", "", "", "-0.500000"), ("ofa", "t", "accuracy", "-0.500000")]


def test_other_modes_are_metrics_of_their_own(tmp_path):
    both = [predicted("t", 0, "maybe", "yes"), predicted("t", 0, "yes", "yes", mode="ranked")]
    write(both, tmp_path / "p.parquet")
    outs = [tmp_path / name for name in OUTS]
    score.main(settings=SETTINGS | {"runs": [run("tuned", 0, "t")]}, predictions=[tmp_path / "p.parquet"], out=outs)
    found = {row["metric"]: row["score"] for row in csv.DictReader(outs[2].open())}
    assert (found["accuracy"], found["accuracy_ranked"]) == ("0.000000", "1.000000")
    [aggregate] = csv.DictReader(outs[4].open())
    assert aggregate["mean"] == "0.000000"


def test_order_of_predictions_changes_no_table(tmp_path):
    rows = [predicted("t", n, o, t) for n, (o, t) in enumerate([("yes", "yes"), ("no", "yes")])]
    rows += [predicted("t", n, o, t) for n, (o, t) in enumerate([("no", "no"), ("", "no")])]
    written = []
    for name, order in (("a", 1), ("b", -1)):
        (tmp_path / name).mkdir()
        write(rows[::order], tmp_path / name / "p.parquet")
        outs = [tmp_path / name / out for out in OUTS]
        runs = [run("tuned", 0, "t")]
        score.main(settings=SETTINGS | {"runs": runs}, predictions=[tmp_path / name / "p.parquet"], out=outs)
        written.append([out.read_text() for out in outs[2:]])
    assert written[0] == written[1]


def test_an_instance_that_one_instruction_lacks(tmp_path):
    write([predicted("t", 0, "a", "yes"), predicted("t", 0, "a", "no"), predicted("t", 1, "a", "no")], tmp_path / "p")
    with pytest.raises(BadData, match="3 answers, not one to each of 2 instances under each of 2"):
        score.main(
            settings=SETTINGS | {"runs": [run("tuned", 0, "t")]}, predictions=[tmp_path / "p"],
            out=[tmp_path / "answers", tmp_path / "scores"],
        )  # fmt: skip


def test_every_prediction_has_its_file(tmp_path):
    runs = [run("ofa", None, "t"), run("other", 0, "t")]
    with pytest.raises(ValueError, match="shorter"):
        score.main(settings=SETTINGS | {"runs": runs}, predictions=[tmp_path / "a"], out=[tmp_path / "b"])


def test_rouge_is_the_primary_metric_where_a_task_has_it():
    assert Scored("choice", ("accuracy", "rouge_l"), "multimodal").all_metrics == (
        "rouge_l", "accuracy", "nearest_option",
    )  # fmt: skip
    assert Scored("region_choice", ("accuracy",), "multimodal").all_metrics == ("accuracy",)
