"""VisDial: texts by their indexes, and what is set aside."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData

FILE = "visdial_1.0_val.json"


def dialogues(raw) -> list[dict]:
    return list(schemas.read(raw.records("visdial", "test"), schemas.of_records(load_dataset("visdial").record)))


def first_round(data: dict) -> dict:
    return data["dialogs"][0]["dialog"][0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda data: first_round(data).update(answer=5),
            "dialog[0].answer is 5, the file has texts 0 to 4 for it",
        ),
        (
            lambda data: first_round(data).update(question=-1),
            "dialog[0].question is -1, the file has texts 0 to 3 for it",
        ),
        (lambda data: data["answers"].__setitem__(3, " "), "dialog[2].answer, text 3, is ' ', expected some text"),
        (lambda data: data["dialogs"][0].update(dialog=[]), "dialog is empty, expected some rounds"),
        (lambda data: data["dialogs"][0].update(caption=""), "caption is '', expected some text"),
        (lambda data: first_round(data).pop("answer"), "Object missing required field `answer` - at `$.dialog[0]`"),
    ],
)
def test_bad_dialogue(raw, change, reason):
    raw.edit("visdial", FILE, lambda content: change(content["data"]))
    [bad] = raw.read("visdial")
    assert (bad["file"], bad["position"], bad["reason"]) == (FILE, "data.dialogs[0]", reason)
    assert bad["record"].endswith("9901")
    assert [d["record_id"] for d in dialogues(raw)] == ["239030"]


def test_damaged_table_of_texts(raw):
    raw.edit("visdial", FILE, lambda content: content["data"]["answers"].append(7))
    with pytest.raises(BadData, match=r"Expected `str`, got `int` - at `\$\.data\.answers\[5\]`"):
        raw.read("visdial")


def test_sample(real, tmp_path):
    """Its 97 pictures are missing; with grey ones in their place its texts are read."""
    root = shutil.copytree(real.roots["visdial"], tmp_path / "visdial")
    missing = real.read("visdial", {"test": "val"})
    assert len(missing) == 97
    real.roots["visdial"] = root
    (root / "VisualDialog_val2018").mkdir()
    for bad in missing:
        problem, _, path = bad["reason"].partition(": ")
        assert problem == "picture file is missing"
        Image.new("L", (8, 8)).save(root / "VisualDialog_val2018" / Path(path).name)
    assert real.read("visdial", {"test": "val"}) == []
    found = dialogues(real)
    assert [len(d["rounds"]) for d in found] == [10] * 97
    assert (found[0]["record_id"], found[0]["caption"]) == ("239030", "a nokia tablet pc in a keyboard dock")
    assert found[0]["rounds"][0] == {"question": "what color is the tablet", "answer": "black and silver"}
