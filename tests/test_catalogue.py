"""The table of all datasets."""

import json
import sys

import pytest

from workflow_scripts.catalogue import BEGIN, END, Entry, entries, main, markdown, table, updated
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.errors import BadInput
from workflow_scripts.tasks.registry import load_tasks

ENTRY = Entry(
    id="photos",
    title="Photos | 2",
    home="https://photos.example",
    licence="free",
    megabytes=20_408,
    pages=("https://photos.example/form",),
    pictures_of=("mscoco",),
    tasks=("counting", "image_captioning"),
)


def test_every_dataset_with_the_tasks_that_read_it():
    found = entries()
    assert [entry.id for entry in found] == dataset_ids()
    assert {(entry.id, task) for entry in found for task in entry.tasks} == {
        (dataset, task.id) for task in load_tasks().values() for dataset in task.datasets
    }


def test_sizes():
    sizes = {entry.id: (entry.megabytes, entry.download) for entry in entries()}
    assert sizes["mscoco"] == (20_408, "20.4 GB")
    for dataset, (megabytes, download) in sizes.items():
        unknown = [file for file in load_dataset(dataset).files if file.bytes is None and file.mb is None]
        assert (megabytes is None) == (download == "?") == bool(unknown)


def test_markdown():
    assert markdown([ENTRY]).splitlines()[2] == (
        r"| `photos` | [Photos \| 2](https://photos.example) | free | 20.4 GB | [by hand](https://photos.example/form) "
        "| `mscoco` | `counting`, `image_captioning` |"
    )


def test_terminal():
    [row] = [line for line in table([ENTRY]).splitlines() if line.startswith("photos ")]
    assert " ".join(row.split()) == "photos Photos | 2 free 20.4 GB by hand mscoco counting, image_captioning"
    assert table([ENTRY]).endswith("photos: https://photos.example/form\n")


def test_update(tmp_path, monkeypatch, capsys):
    file = tmp_path / "README.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    monkeypatch.setattr(sys, "argv", ["catalogue", "--update", str(file)])
    main()
    assert file.read_text() == f"before\n{BEGIN}\n\n{markdown(entries())}\n{END}\nafter\n"
    assert updated(file.read_text()) == file.read_text()
    monkeypatch.setattr(sys, "argv", ["catalogue", "--json"])
    main()
    assert [entry["id"] for entry in json.loads(capsys.readouterr().out)] == dataset_ids()


@pytest.mark.parametrize("text", ["", f"{BEGIN}\n", f"{END}\n{BEGIN}\n"])
def test_no_place_for_the_table(text):
    with pytest.raises(BadInput, match="there is no place for the table of datasets"):
        updated(text)
