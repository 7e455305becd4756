"""The table of all tasks."""

import json
import subprocess
import sys

from tests.conftest import PROJECT
from workflow_scripts import schemas
from workflow_scripts.tasks.__main__ import entries, table
from workflow_scripts.tasks.registry import load_tasks


def test_table_has_every_task_and_counts_what_was_made(tmp_path):
    made = dict.fromkeys(schemas.EXAMPLES.names) | {"instruction": 0, "prompt": "p", "references": [], "options": []}
    rows = [made | {"instance_id": f"counting/{n}", "instruction": i} for n in range(3) for i in range(5)]
    schemas.write(rows, schemas.EXAMPLES, tmp_path / "examples/counting/train.parquet")
    found = {entry.id: entry for entry in entries(tmp_path)}
    assert list(found) == list(load_tasks())
    assert found["counting"].instances == {"train": 3, "validation": None}
    lines = table(list(found.values())).splitlines()
    [counting] = [line.split() for line in lines if line.startswith("counting ")]
    assert counting == [
        "counting",
        "Counting",
        "image_understanding",
        "train",
        "tdiuc",
        "choice",
        "accuracy",
        "3",
        "–",
        "–",
    ]
    assert lines[-1].startswith(f"{len(found)} tasks: ")


def test_command_line_for_programs(tmp_path):
    command = [sys.executable, "-m", "workflow_scripts.tasks", "--json", "--results", str(tmp_path)]
    said = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    tasks = {entry["id"]: entry for entry in json.loads(said)}
    assert tasks["grounded_vqa"]["instances"] == {"test": None}
    assert tasks["grounded_vqa"]["slots"] == ["OPTION", "TEXT"]
