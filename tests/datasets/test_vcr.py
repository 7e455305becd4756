"""VCR: mentions that lead to boxes, or the question is set aside."""

import json

import pytest

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset

METADATA = "vcr1images/lsmdc_9001_GARDEN/9001_GARDEN_00.01.40.000-00.01.44.000@0.json"


def questions(raw) -> list[dict]:
    return list(schemas.read(raw.records("vcr", "test"), schemas.of_records(load_dataset("vcr").record)))


def spoil(raw, change) -> dict:
    """The one that is quarantined when the second question is changed."""
    path = raw.roots["vcr"] / "val.jsonl"
    first, second, third = map(json.loads, path.read_text().splitlines())
    change(second)
    path.write_text("".join(json.dumps(row) + "\n" for row in (first, second, third)))
    [bad] = raw.read("vcr")
    assert (bad["file"], bad["position"]) == ("val.jsonl", "line 2")
    assert [q["record_id"] for q in questions(raw)] == ["val-0", "val-2"]
    return bad


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda q: q["question"].append([3]), "question mentions [3], expected some of 0 to 2"),
        (lambda q: q["answer_choices"][1].append([-1]), "answer_choices[1] mentions [-1], expected some of 0 to 2"),
        (lambda q: q["question"].append([]), "question mentions [], expected some of 0 to 2"),
        (lambda q: q["rationale_choices"].__setitem__(3, [" "]), "rationale_choices[3] is [' '], expected some words"),
        (lambda q: q["answer_choices"].pop(), "3 answer_choices, expected 4"),
        (lambda q: q.update(answer_label=4), "answer_label is 4, expected 0 to 3"),
        (lambda q: q.update(rationale_label=-1), "rationale_label is -1, expected 0 to 3"),
        (lambda q: q["objects"].__setitem__(1, ""), "objects[1] is '', expected some text"),
        (
            lambda q: q.update(metadata_fn="../../x.json"),
            "picture 'vcr1images/../../x.json' is not below the dataset's folder",
        ),
        (lambda q: q.pop("answer_label"), "Object missing required field `answer_label`"),
        (lambda q: q["question"].append({}), "Expected `str | array`, got `object` - at `$.question[5]`"),
    ],
)
def test_bad_question(raw, change, reason):
    assert spoil(raw, change)["reason"] == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda m: m["boxes"].pop(),
            "3 objects, lsmdc_9001_GARDEN/9001_GARDEN_00.01.40.000-00.01.44.000@0.json has 2 ",
        ),
        (
            lambda m: m["boxes"][1].__setitem__(2, 150.0),
            "objects[1] has the box (150.0, 120.0, 150.0, 150.0), none of it in the picture of 320 x 240 pixels",
        ),
        (lambda m: m.update(width=321), "picture is 320 x 240 pixels, its record says 321 x 240"),
        (lambda m: m["boxes"][0].pop(), "the file is not of the expected shape: Expected `array` of length 5, got 4"),
    ],
)
def test_bad_metadata_spoils_every_question_about_its_still(raw, change, reason):
    raw.edit("vcr", METADATA, change)
    bad = raw.read("vcr")
    assert [b["record"] for b in bad] == ["question val-0", "question val-1"]
    assert all(b["reason"].startswith(reason) for b in bad)
    assert [q["record_id"] for q in questions(raw)] == ["val-2"]


@pytest.mark.parametrize(
    ("path", "problem"),
    [("vcr1images/movieclips_Lake/Lake@3.json", "metadata"), ("vcr1images/movieclips_Lake/Lake@3.jpg", "picture")],
)
def test_missing_file(raw, path, problem):
    (raw.roots["vcr"] / path).unlink()
    [bad] = raw.read("vcr")
    assert bad["record"] == "question val-2"
    assert bad["reason"] == f"{problem} file is missing: {raw.roots['vcr'] / path}"
