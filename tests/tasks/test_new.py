"""The first draft of a task."""

import importlib.util
import typing

import pytest
import yaml

from tests.tasks.derivation import records
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadConfig
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.randomness import Draw
from workflow_scripts.tasks import new
from workflow_scripts.tasks.base import Output, Task, placed


@pytest.mark.parametrize("output", typing.get_args(Output))
def test_draft_derives_from_every_record_and_its_templates_pass(output, world, tmp_path, monkeypatch):
    monkeypatch.setattr(new, "_FOLDER", tmp_path)
    module, templates = new.create("spotting", group="games", dataset="mscoco", role="train", output=output)
    assert (module, templates) == (tmp_path / "games/spotting.py", tmp_path / "games/spotting.yaml")
    spec = importlib.util.spec_from_file_location("spotting", module)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    task = placed(loaded.TASK, module)
    assert (task.id, task.group, task.output, task.name) == ("spotting", "games", output, "Spotting")
    monkeypatch.setattr(Task, "templates_file", property(lambda self: templates))
    assert len(load_templates(task)) == 5
    for photo in records(world, "mscoco"):
        [instance] = task.derive(photo, Draw(0, task.id, photo.record_id))
        assert instance.instance_id == photo.record_id
    assert all("TODO" in text for text in yaml.safe_load(templates.read_text())["templates"])


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"task_id": "counting"}, "there is a task counting already"),
        ({"task_id": "Spotting"}, "'Spotting' is no name for a task"),
        ({"group": "a/b"}, "'a/b' is no name for a group"),
        ({"dataset": "vsr"}, "vsr has no split train, validation"),
        ({"dataset": "cocoa"}, "cocoa"),
    ],
)
def test_what_will_not_do(given, problem, tmp_path, monkeypatch):
    monkeypatch.setattr(new, "_FOLDER", tmp_path)
    asked = {"task_id": "spotting", "group": "games", "dataset": "mscoco", "role": "train", "output": "text"} | given
    with pytest.raises(BadConfig, match=problem):
        new.create(**asked)
    assert list(tmp_path.iterdir()) == []
    assert load_dataset("mscoco").id == "mscoco"
