"""What each reader makes of a few records in the native format, and of the sample of real data."""

import json
from collections import Counter
from pathlib import PurePosixPath

import pytest

from tests.conftest import FIXTURES, TESTS
from workflow_scripts import schemas
from workflow_scripts.dataclass_columns import batch_of
from workflow_scripts.datasets import visual_genome
from workflow_scripts.datasets.base import Source
from workflow_scripts.datasets.registry import dataset_ids, load_dataset


def rows(raw, dataset: str, split: str) -> list[dict]:
    return list(schemas.read(raw.records(dataset, split), schemas.of_records(load_dataset(dataset).record)))


@pytest.mark.parametrize("dataset", dataset_ids())
def test_golden_records(dataset, native, golden):
    found = [{"split": split, **row} for split in FIXTURES[dataset]["splits"] for row in rows(native, dataset, split)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
    golden(TESTS / "fixtures" / dataset / "records.jsonl", text)


@pytest.mark.parametrize("dataset", dataset_ids())
def test_records_survive_being_stored(dataset, native):
    record = load_dataset(dataset).record
    for split in FIXTURES[dataset]["splits"]:
        found = list(schemas.records(native.records(dataset, split), record))
        assert batch_of(found, schemas.of_records(record)).to_pylist() == rows(native, dataset, split)


# Three have no native splits of ours, or look into the splits of another dataset.
@pytest.mark.parametrize("dataset", sorted(set(dataset_ids()) - {"visual_genome", "natural_instructions", "vqa_v2"}))
def test_a_native_split_can_serve_as_two_of_ours(raw, dataset):
    native_split = next(iter(FIXTURES[dataset]["splits"].values()))
    raw.read(dataset, {"train": native_split, "validation": native_split})
    train, validation = (rows(raw, dataset, split) for split in ("train", "validation"))
    assert train == validation != []


def test_visual_genome_files_in_different_orders(raw, native):
    raw.edit("visual_genome", "relationships.json", lambda content: content.reverse())
    raw.edit("visual_genome", "question_answers.json", lambda content: content.append(content.pop(0)))
    assert raw.read("visual_genome") == []
    for split in FIXTURES["visual_genome"]["splits"]:
        assert rows(raw, "visual_genome", split) == rows(native, "visual_genome", split)


def test_what_visual_genome_passes_over_is_held_packed(raw):
    source = Source("visual_genome", raw.roots, {"train": "train"})
    walk = visual_genome._Walk(source, "region_descriptions.json", "regions", visual_genome._Regions)
    expected = {image.id: (f"{at}.regions", image.regions) for at, image in walk._images}
    walk = visual_genome._Walk(source, "region_descriptions.json", "regions", visual_genome._Regions)
    assert walk.of(-7) == ("", [])
    assert all(isinstance(packed, bytes) for _, packed in walk._passed.values())
    assert {image_id: walk.of(image_id) for image_id in expected} == expected


@pytest.mark.parametrize(
    ("dataset", "file", "name"),
    [
        ("mscoco", "annotations/instances_train2014.json", "image 30"),
        ("visual_genome", "image_data.json", "image 2"),
        ("vaw", "train_part1.json", None),
        ("visual7w", "dataset_v7w_telling.json", None),
        ("natural_instructions", "tasks/task001_sum.json", None),
        ("vizwiz_image_quality", "train.json", None),
    ],
)
def test_record_that_has_the_id_of_an_earlier_one(raw, native, dataset, file, name):
    """It is set aside, even if it is the last one; the first stays."""

    def repeat(content: list | dict) -> None:
        listed = content if isinstance(content, list) else content.get("images") or content["Instances"]
        listed.append(listed[-1])

    raw.edit(dataset, file, repeat)
    [bad] = raw.read(dataset)
    assert PurePosixPath(file).match(bad["file"])
    assert bad["record"] == (name or bad["record"])
    assert bad["reason"].startswith("an earlier record has its id, ")
    for split in FIXTURES[dataset]["splits"]:
        assert rows(raw, dataset, split) == rows(native, dataset, split)


def test_coco_sample(real):
    splits = {"train": "train2014", "validation": "val2014"}
    assert real.read("mscoco", splits, max_bad_share=0) == []
    counts = {}
    for split in splits:
        photos = rows(real, "mscoco", split)
        objects = [o for p in photos for o in p["objects"]]
        crowds, captions = sum(o["crowd"] for o in objects), sum(len(p["captions"]) for p in photos)
        counts[split] = (len(photos), len(objects), crowds, captions)
    assert counts == {"train": (34, 318, 3, 170), "validation": (28, 201, 2, 140)}


def test_visual_genome_sample_has_four_pictures_of_twenty(real):
    splits = {"train": "train", "validation": "validation", "test": "test"}
    bad = real.read("visual_genome", splits)
    photos = [row for split in splits for row in rows(real, "visual_genome", split)]
    assert {p["record_id"] for p in photos} == {"1", "2", "4", "5"}
    missing = [row for row in bad if row["file"] == "image_data.json"]
    assert len(missing) == 16
    assert all("picture file is missing" in row["reason"] for row in missing)
    files = [  # of the file's list, of what is lost, of the record's column
        ("region_descriptions", "regions", "region", "regions"),
        ("question_answers", "qas", "question", "questions"),
        ("relationships", "relationships", "relationship", "relationships"),
    ]
    lost = Counter(row["record"].split()[0] for row in bad)
    for file, key, kind, column in files:
        content = json.loads((real.roots["visual_genome"] / f"{file}.json").read_text())
        native = sum(len(i[key]) for i in content if i.get("id", i.get("image_id")) in (1, 2, 4, 5))
        assert native > 20
        assert sum(len(p[column]) for p in photos) + lost[kind] == native


def test_nlvr_sample(real):
    assert real.read("nlvr", {"test": "dev"}, max_bad_share=0) == []
    statements = rows(real, "nlvr", "test")
    assert len(statements) == 989
    assert {(s["width"], s["height"]) for s in statements} == {(400, 100)}


def test_natural_instructions_sample(real):
    splits = FIXTURES["natural_instructions"]["splits"]
    assert real.read("natural_instructions", splits, max_bad_share=0) == []
    root, expected = real.roots["natural_instructions"], Counter()
    for native in ("train", "test"):
        for name in set((root / f"splits/default/{native}_tasks.txt").read_text().split()):
            if (root / f"tasks/{name}.json").is_file():
                task = json.loads((root / f"tasks/{name}.json").read_text())
                assert task["Input_language"] == task["Output_language"] == ["English"]
                expected[native] += len(task["Instances"])
    found = {split: len(rows(real, "natural_instructions", split)) for split in splits}
    assert found["test"] == expected["test"]
    assert found["train"] + found["validation"] == expected["train"]
    assert 0.05 < found["validation"] / expected["train"] < 0.15


def test_tdiuc_sample_whose_photo_is_missing(real):
    [bad] = real.read("tdiuc", {"train": "train2014"})
    assert bad["record"] == "question 10026521"
    assert "picture file is missing" in bad["reason"]
    assert "COCO_train2014_000000005277.jpg" in bad["reason"]
