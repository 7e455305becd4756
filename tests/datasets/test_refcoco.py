"""RefCOCO, RefCOCO+ and RefCOCOg: what is read of which, and what is set aside."""

import pickle
import shutil

import pytest

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData

REFS, INSTANCES = "refcoco/refs(unc).p", "refcoco/instances.json"
RECORD = schemas.of_records(load_dataset("refcoco").record)


def photos(raw, split: str = "train") -> dict[str, dict]:
    return {row["record_id"]: row for row in schemas.read(raw.records("refcoco", split), RECORD)}


def edit_refs(raw, change) -> None:
    path = raw.roots["refcoco"] / REFS
    refs = pickle.loads(path.read_bytes())
    change(refs)
    path.write_bytes(pickle.dumps(refs, protocol=2))


def reasons(bad: list[dict]) -> list[tuple]:
    return [tuple(b[key] for key in ("split", "file", "position", "record", "reason")) for b in bad]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda refs: refs[0].update(ann_id=201),
            [("[0]", "ref 0", "ann_id is 201, which is none of the 7 objects of its photo")],
        ),
        (
            lambda refs: refs[2].update(image_id=77),
            [("[2]", "ref 2", "image_id is 77, refcoco/instances.json lists no such image")],
        ),
        (lambda refs: refs[0].pop("ann_id"), [("[0]", "ref_id 0", "Object missing required field `ann_id`")]),
        (
            lambda refs: refs[2]["sentences"][0].update(sent=7),
            [("[2]", "ann_id 102", "Expected `str`, got `int` - at `$.sentences[0].sent`")],
        ),
        (
            lambda refs: refs[0]["sentences"][1].update(sent=" "),
            [("[0].sentences[1]", "sentence 1", "sent is ' ', expected some text")],
        ),
        (
            lambda refs: refs[2]["sentences"][0].update(sent=""),
            [
                ("[2].sentences[0]", "sentence 4", "sent is '', expected some text"),
                ("[2]", "ref 2", "none of its sentences can be used"),
            ],
        ),
    ],
)
def test_bad_reference(raw, change, expected):
    edit_refs(raw, change)
    assert reasons(raw.read("refcoco")) == [("train", REFS, *bad) for bad in expected]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bbox": [1, 2, 0, 4]}, "box x=1.0 y=2.0 w=0.0 h=4.0 has no area or a negative side"),
        ({"category_id": 99}, "category_id is 99, the file lists 4 others"),
    ],
)
def test_bad_object_takes_its_reference_along(raw, fields, reason):
    raw.edit("refcoco", INSTANCES, lambda content: content["annotations"][0].update(fields))
    assert reasons(raw.read("refcoco")) == [
        ("train", INSTANCES, "annotations[0]", "annotation 101", reason),
        ("train", REFS, "[0]", "ref 0", "ann_id is 101, which is none of the 6 objects of its photo"),
    ]
    assert [r["ref_id"] for r in photos(raw)["refcoco/9"]["references"]] == [2]


def test_picture_that_is_missing_or_of_another_size(raw):
    raw.edit("refcoco", INSTANCES, lambda content: content["images"][0].update(width=641))
    (raw.roots["mscoco"] / "train2014/COCO_train2014_000000000025.jpg").unlink()
    bad = raw.read("refcoco")
    assert [(b["split"], b["file"], b["record"]) for b in bad] == [
        ("train", INSTANCES, "image 9"),
        ("validation", INSTANCES, "image 25"),
        ("validation", "refcocog/instances.json", "image 25"),
    ]
    assert bad[0]["reason"] == "picture is 640 x 480 pixels, its record says 641 x 480"
    assert "picture file is missing" in bad[1]["reason"]


def test_a_copy_may_hold_some_of_the_three(raw):
    shutil.rmtree(raw.roots["refcoco"] / "refcoco+")
    assert raw.read("refcoco") == []
    assert list(photos(raw)) == ["refcoco/9", "refcocog/9"]
    for name in ("refcoco", "refcocog"):
        shutil.rmtree(raw.roots["refcoco"] / name)
    with pytest.raises(BadData, match=r"no file of references; looked for refcoco/refs\(unc\)\.p, "):
        raw.read("refcoco")


def test_photos_that_another_dataset_does_not_train_on(raw):
    """refcoco+ trains on photo 30, which refcoco has in testA."""
    raw.read("refcoco")
    assert [name for name, photo in photos(raw).items() if photo["held_out"]] == ["refcoco+/30"]
    assert not any(photo["held_out"] for photo in photos(raw, "validation").values())
    shutil.rmtree(raw.roots["refcoco"] / "refcoco")
    raw.read("refcoco")
    assert not any(photo["held_out"] for photo in photos(raw).values())


def test_pickle_that_calls_something(raw):
    (raw.roots["refcoco"] / REFS).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(BadData, match=r"not trusted: it names os\.system"):
        raw.read("refcoco")


def test_sample_whose_photo_is_missing(real):
    [bad] = real.read("refcoco", {"train": "train"})
    assert (bad["file"], bad["record"]) == (INSTANCES, "image 581857")
    assert "picture file is missing" in bad["reason"]
