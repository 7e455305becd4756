"""Bad records are set aside with a reason; bad files, and too many bad records, are errors that say where and what."""

import json

import pytest

from workflow_scripts import schemas
from workflow_scripts.datasets import base
from workflow_scripts.datasets.base import BadRecord, Quarantine, region_of
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.schemas import of_records, read, rows_of
from workflow_scripts.stages import download

TEXTS = of_records(load_dataset("natural_instructions").record)
INSTANCES = "annotations/instances_train2014.json"
CROWDS = (900100000009, 900100000049, 908400000061)  # ids of boxes around groups
CAPTIONS = "annotations/captions_train2014.json"
PHOTO = "train2014/COCO_train2014_000000000009.jpg"


def annotation(content: dict, number: int) -> dict:
    [found] = [a for a in content["annotations"] if a["id"] == number]
    return found


def place(raw, file: str, number: int) -> str:
    """The position of a COCO annotation."""
    content = json.loads((raw.roots["mscoco"] / file).read_text())
    return f"annotations[{content['annotations'].index(annotation(content, number))}]"


def spoil(raw, number: int, **fields) -> list[dict]:
    """What is quarantined when fields of a COCO annotation are changed."""
    raw.edit("mscoco", INSTANCES, lambda content: annotation(content, number).update(fields))
    return raw.read("mscoco")


def objects(raw) -> dict[int, dict]:
    photos = schemas.records(raw.records("mscoco", "train"), load_dataset("mscoco").record)
    return {o.object_id: o for photo in photos for o in photo.objects}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bbox": [300, 200, -120, 90]}, "box x=300.0 y=200.0 w=-120.0 h=90.0 has no area or a negative side"),
        ({"bbox": [300, 200, 120, 0]}, "box x=300.0 y=200.0 w=120.0 h=0.0 has no area or a negative side"),
        (
            {"bbox": [640, 200, 20, 20]},
            "box x=640.0 y=200.0 w=20.0 h=20.0 lies outside its picture of 640 x 480 pixels",
        ),
        (
            {"bbox": [-50, 200, 40, 20]},
            "box x=-50.0 y=200.0 w=40.0 h=20.0 lies outside its picture of 640 x 480 pixels",
        ),
        ({"category_id": 77}, "category_id is 77, the file lists 9 others"),
        ({"image_id": 999}, "image_id 999 is none of the file's 6 images"),
    ],
)
def test_bad_annotation_is_quarantined_with_its_reason(raw, fields, reason):
    at = place(raw, INSTANCES, 102)
    assert spoil(raw, 102, **fields) == [
        {"split": "train", "file": INSTANCES, "position": at, "record": "annotation 102", "reason": reason}
    ]
    assert sorted(objects(raw)) == [101, 103, 104, 201, 202, 203, *range(301, 308), *CROWDS]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda a: a.pop("iscrowd"), "Object missing required field `iscrowd`"),
        (lambda a: a.update(image_id="nine"), "Expected `int`, got `str` - at `$.image_id`"),
        (lambda a: a.update(bbox=[1, 2, 3]), "Expected `array` of length 4, got 3 - at `$.bbox`"),
        (lambda a: a.update(bbox=[1, 2, 3, None]), "Expected `float`, got `null` - at `$.bbox[3]`"),
    ],
)
def test_missing_and_mistyped_fields_are_quarantined(raw, change, reason):
    at = place(raw, INSTANCES, 102)
    raw.edit("mscoco", INSTANCES, lambda content: change(annotation(content, 102)))
    [bad] = raw.read("mscoco")
    assert (bad["position"], bad["record"], bad["reason"]) == (at, "id 102", reason)
    assert sorted(objects(raw)) == [101, 103, 104, 201, 202, 203, *range(301, 308), *CROWDS]


def test_bad_part_of_a_record_costs_that_part_alone(raw):
    raw.edit("visual_genome", "region_descriptions.json", lambda content: content[0]["regions"][1].pop("phrase"))
    [bad] = raw.read("visual_genome")
    assert bad["position"] == "[0].regions[1]"
    assert bad["reason"] == "Object missing required field `phrase`"


def test_empty_caption_is_quarantined(raw):
    raw.edit("mscoco", CAPTIONS, lambda content: annotation(content, 13).update(caption=" \n"))
    [bad] = raw.read("mscoco")
    assert (bad["file"], bad["record"]) == (CAPTIONS, "annotation 13")
    assert bad["reason"] == r"caption is ' \n', expected some text"


def test_box_that_sticks_out_is_clipped(raw):
    assert spoil(raw, 102, bbox=[-10, -20.5, 1000, 600]) == []
    assert objects(raw)[102].region == (0, 0, 640, 480)


@pytest.mark.parametrize(
    ("box", "expected"),
    [((0, 0, 10, 10), (0, 0, 10, 10)), ((-1, -1, 3, 3), (0, 0, 2, 2)), ((95, 40, 10, 20), (95, 40, 100, 50))],
)
def test_region_of_clips(box, expected):
    assert region_of(*box, 100, 50) == expected


def test_region_of_refuses_what_only_touches_the_picture():
    with pytest.raises(BadRecord, match="lies outside its picture of 100 x 50"):
        region_of(-10, 0, 10, 10, 100, 50)


def test_missing_picture_is_quarantined(raw):
    (raw.roots["mscoco"] / PHOTO).unlink()
    [bad] = raw.read("mscoco")
    assert bad["record"] == "image 9"
    assert bad["reason"] == f"picture file is missing: {raw.roots['mscoco'] / PHOTO}"


@pytest.mark.parametrize("spoilt", [lambda b: b[: len(b) // 2], lambda b: b"<html>", lambda b: b""])
def test_picture_that_does_not_decode_is_quarantined(raw, spoilt):
    path = raw.roots["mscoco"] / PHOTO
    path.write_bytes(spoilt(path.read_bytes()))
    [bad] = raw.read("mscoco")
    assert bad["record"] == "image 9"
    assert bad["reason"].startswith("picture does not decode (")
    assert bad["reason"].endswith(str(path))


def test_annotations_of_unlisted_images_are_quarantined_in_visual_genome(raw):
    stranger = {"regions": [], "id": 3}
    raw.edit("visual_genome", "region_descriptions.json", lambda content: content.insert(0, stranger))
    raw.edit("visual_genome", "question_answers.json", lambda content: content.append({"id": 4, "qas": []}))
    found = [(b["file"], b["record"], b["reason"]) for b in raw.read("visual_genome")]
    reason = "image_data.json lists no such image"
    assert found == [
        ("region_descriptions.json", "image 3", reason),
        ("question_answers.json", "image 4", reason),
    ]


def test_tdiuc_question_and_annotation_that_miss_each_other(raw):
    path = "Annotations/mscoco_train2014_annotations.json"
    raw.edit("tdiuc", path, lambda content: content["annotations"][0].update(question_id=70))
    found = [(b["file"], b["record"], b["reason"]) for b in raw.read("tdiuc")]
    assert found == [
        ("Questions/OpenEnded_mscoco_train2014_questions.json", "question 7", "no annotation has its question_id"),
        (path, "annotation of question 70", "no question has its question_id"),
    ]


def test_visual7w_box_that_is_not_listed(raw):
    raw.edit("visual7w", "dataset_v7w_pointing.json", lambda content: content["boxes"].pop(1))
    found = raw.read("visual7w")
    assert [(bad["split"], bad["record"]) for bad in found] == [("test", f"question {n}") for n in (71, 73, 74)]
    assert {bad["reason"] for bad in found} == {"box 62 is none of the file's 4 boxes"}


@pytest.mark.parametrize(("file", "split"), [("telling", "train"), ("pointing", "test")])
def test_visual7w_question_without_three_wrong_choices(raw, file, split):
    def change(content):
        [question, *_] = next(i for i in content["images"] if i["split"] == split)["qa_pairs"]
        question["multiple_choices"].pop()

    raw.edit("visual7w", f"dataset_v7w_{file}.json", change)
    [bad] = raw.read("visual7w")
    assert (bad["split"], bad["reason"]) == (split, "2 multiple_choices, expected 3")


def test_nlvr_label_that_is_neither_true_nor_false(raw):
    path = raw.roots["nlvr"] / "nlvr/test/test.json"
    path.write_text(path.read_text().replace('"label": "true"', '"label": "True"'))
    [bad] = raw.read("nlvr")
    assert (bad["position"], bad["record"]) == ("line 1", "identifier 12-0")
    assert bad["reason"] == ("label is 'True', expected 'true' or 'false'")


@pytest.mark.parametrize("output", [[], [" "], None])
def test_text_instance_without_an_answer_is_quarantined(raw, output):
    def change(task):
        task["Instances"][0]["output"] = output

    raw.edit("natural_instructions", "tasks/task002_sentiment.json", change)
    [bad] = raw.read("natural_instructions")
    assert (bad["split"], bad["position"]) == ("test", "[task002_sentiment].Instances[0]")
    assert bad["record"].endswith("task002-a")


def test_more_bad_records_than_allowed(raw):
    at = place(raw, INSTANCES, 102)
    raw.edit("mscoco", INSTANCES, lambda content: annotation(content, 102).update(category_id=77))
    with pytest.raises(BadData) as caught:
        raw.read("mscoco", max_bad_share=0.05)
    assert "1 of 17 records of mscoco, split train, are bad, above the allowed share of 0.05" in str(caught.value)
    assert "category_id is 77" in str(caught.value)
    assert "quarantine.max_share" in caught.value.fix
    assert (caught.value.file, caught.value.record) == (INSTANCES, f"annotation 102 ({at})")
    assert list(raw.folder.glob("records/**/*.parquet")) == []
    assert len(raw.read("mscoco", max_bad_share=0.2)) == 1


def test_file_of_annotations_without_pictures(raw):
    raw.edit("mscoco", INSTANCES, lambda content: content.update(images=[]))
    assert all(bad["reason"].endswith("is none of the file's 0 images") for bad in raw.read("mscoco"))
    assert rows_of(raw.records("mscoco", "train")) == 0


def test_instances_of_all_text_tasks_are_of_one_kind_and_keep_their_places(raw):
    def change(task):
        [first] = task["Instances"]
        task["Instances"] = [{**first, "input": None}, {**first, "id": "task002-b"}]

    raw.edit("natural_instructions", "tasks/task002_sentiment.json", change)
    [bad] = raw.read("natural_instructions")
    assert (bad["file"], bad["position"]) == ("tasks/*.json", "[task002_sentiment].Instances[0]")
    assert [row["position"] for row in read(raw.records("natural_instructions", "test"), TEXTS)] == [1]


def test_quarantine_of_whatever_size_and_text(tmp_path, monkeypatch):
    monkeypatch.setattr(base, "_SPOOL", 100)
    quarantine = Quarantine()
    for number in range(50):
        quarantine.add("f", f"anns[{number}]", "\ud83d", "é")
    quarantine.write(tmp_path / "x.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").open(encoding="utf-8")]
    assert rows == [{"file": "f", "position": f"anns[{n}]", "record": "\ud83d", "reason": "é"} for n in range(50)]


def test_brackets_in_a_name_are_no_kind_of_their_own():
    quarantine = Quarantine()
    quarantine.seen["f [].steps[]"] = 200
    quarantine.add("f", "[7_a-[tidy]-bed].steps[1]", "r", "because")
    quarantine.check(0.01, "d", "train")


def test_quarantine_share_is_inclusive_and_of_each_kind():
    quarantine = Quarantine()
    quarantine.seen.update({"f line []": 4, "f annotations[]": 1000})
    quarantine.add("f", "line 7", "r", "because")
    quarantine.check(0.25, "d", "train")
    with pytest.raises(BadData, match="1 of 4 records of d, split train, are bad"):
        quarantine.check(0.24, "d", "train")


@pytest.mark.parametrize("file", [INSTANCES, CAPTIONS])
def test_truncated_json_names_file_and_position(raw, file):
    path = raw.roots["mscoco"] / file
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(BadData, match="JSON ends early, at byte 300") as caught:
        raw.read("mscoco")
    assert caught.value.file == path
    assert "put the whole file there" in caught.value.fix
    assert list(raw.folder.glob("records/**/*.parquet")) == []


def test_file_of_another_shape_is_bad_data_too(raw):
    raw.edit("natural_instructions", "tasks/task001_sum.json", lambda task: task.pop("Definition"))
    with pytest.raises(BadData, match="Object missing required field `Definition`"):
        raw.read("natural_instructions")


def test_pictures_and_records_have_to_agree_on_sizes(raw):
    raw.edit("mscoco", INSTANCES, lambda content: content["images"][0].update(width=480, height=640))
    [bad] = raw.read("mscoco")
    assert bad["reason"] == "picture is 640 x 480 pixels, its record says 480 x 640"


def test_list_of_tasks_none_of_which_is_there(raw):
    for path in (raw.roots["natural_instructions"] / "tasks").iterdir():
        path.unlink()
    with pytest.raises(BadData, match="none of the 2 tasks listed has a file in tasks/"):
        raw.read("natural_instructions")


def test_truncated_archive_names_file_and_position(world, tmp_path):
    whole = world.folder / "mirror/nlvr/nlvr-master.zip"
    cut = tmp_path / "mirror/nlvr/nlvr-master.zip"
    cut.parent.mkdir(parents=True)
    cut.write_bytes(whole.read_bytes()[:10_000])
    out = tmp_path / "raw/nlvr/manifest.json"
    with pytest.raises(BadData, match="the archive is corrupt or cut short") as caught:
        download.main(
            dataset="nlvr", native_splits=["test"], archives=tmp_path / "kept", mirror=str(tmp_path / "mirror"), out=out
        )
    assert caught.value.file == tmp_path / "kept/nlvr-master.zip"
    assert "of 10000" in caught.value.record
    assert not out.exists()


def test_folder_used_in_place_without_its_annotations(raw):
    (raw.roots["mscoco"] / CAPTIONS).unlink()
    with pytest.raises(BadData, match="annotation file is missing") as caught:
        raw.read("mscoco")
    assert caught.value.file == raw.roots["mscoco"] / CAPTIONS
    assert "datasets.<name>.splits" in caught.value.fix
