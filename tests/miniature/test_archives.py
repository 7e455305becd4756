"""The archives: official names, native keys, equal bytes, few broken annotations."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from workflow_scripts.miniature import mscoco, tdiuc, visual7w, visual_genome
from workflow_scripts.miniature.archives import write_zip
from workflow_scripts.miniature.scenes import scene

SIZES = {"mscoco_train": 100, "mscoco_val": 20, "visual_genome": 70, "visual7w": 60, "tdiuc": 60}
WRITERS = {"mscoco": mscoco, "visual_genome": visual_genome, "visual7w": visual7w, "tdiuc": tdiuc}
ARCHIVES = {
    "mscoco": {"train2014.zip", "val2014.zip", "annotations_trainval2014.zip"},
    "visual_genome": {
        *("images.zip", "images2.zip", "image_data.json.zip", "region_descriptions.json.zip"),
        *("question_answers.json.zip", "relationships.json.zip"),
    },
    "visual7w": {"visual7w_images.zip", "dataset_v7w_telling.zip", "dataset_v7w_pointing.zip"},
    "tdiuc": {"TDIUC.zip"},
}


def write_all(out: Path) -> Path:
    for name, module in WRITERS.items():
        module.write(7, SIZES, out / name)
    return out


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    return write_all(tmp_path_factory.mktemp("world"))


def members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def load(archive: Path, name: str):
    return json.loads(members(archive)[name])


def load_vg(world: Path, name: str) -> list:
    return load(world / "visual_genome" / f"{name}.json.zip", f"{name}.json")


def test_official_names_and_equal_bytes(world, tmp_path):
    scene.cache_clear()
    again = write_all(tmp_path)
    for name, archives in ARCHIVES.items():
        assert {p.name for p in (world / name).iterdir()} == archives
        assert all((world / name / a).read_bytes() == (again / name / a).read_bytes() for a in archives)


def test_zip_is_whole_or_absent(tmp_path):
    def broken():
        yield "a.json", b"{}"
        raise RuntimeError("no more members")

    with pytest.raises(RuntimeError, match="no more members"):
        write_zip(tmp_path / "x.zip", broken())
    assert list(tmp_path.iterdir()) == []


def test_coco_format(world):
    archive = world / "mscoco" / "annotations_trainval2014.zip"
    pictures = members(world / "mscoco" / "train2014.zip")
    instances = load(archive, "annotations/instances_train2014.json")
    captions = load(archive, "annotations/captions_train2014.json")
    assert set(instances) == {"info", "licenses", "images", "annotations", "categories"}
    assert len(pictures) == len(instances["images"]) == SIZES["mscoco_train"]
    for image in instances["images"]:
        with Image.open(io.BytesIO(pictures[f"train2014/{image['file_name']}"])) as picture:
            assert picture.size == (image["width"], image["height"])
    keys = {"segmentation", "area", "iscrowd", "image_id", "bbox", "category_id", "id"}
    assert all(set(a) == keys for a in instances["annotations"])
    assert len({a["id"] for a in instances["annotations"]}) == len(instances["annotations"])
    assert len(captions["annotations"]) == 5 * SIZES["mscoco_train"]
    assert {a["image_id"] for a in instances["annotations"]} < {i["id"] for i in instances["images"]}


def test_coco_crowd_masks_cover_their_boxes(world):
    annotations = load(world / "mscoco" / "annotations_trainval2014.zip", "annotations/instances_train2014.json")
    crowds = [a for a in annotations["annotations"] if a["iscrowd"]]
    assert crowds
    for a in crowds:
        counts, (height, width) = a["segmentation"]["counts"], a["segmentation"]["size"]
        assert sum(counts) == height * width
        assert sum(counts[1::2]) == a["area"] == a["bbox"][2] * a["bbox"][3]
        assert divmod(counts[0], height) == (a["bbox"][0], a["bbox"][1])


def test_visual_genome_format(world):
    images = load_vg(world, "image_data")
    regions, qas, relationships = (
        load_vg(world, n) for n in ("region_descriptions", "question_answers", "relationships")
    )
    ids = [i["image_id"] for i in images]
    assert ids == [r["id"] for r in regions] == [q["id"] for q in qas] == [r["image_id"] for r in relationships]
    pictures = members(world / "visual_genome" / "images.zip") | members(world / "visual_genome" / "images2.zip")
    assert set(pictures) == {"/".join(i["url"].split("/")[-2:]) for i in images}
    assert all(
        set(r) == {"region_id", "width", "height", "image_id", "phrase", "y", "x"}
        for i in regions
        for r in i["regions"]
    )
    assert any(not i["regions"] for i in regions)
    assert all(
        set(q) == {"a_objects", "question", "image_id", "qa_id", "answer", "q_objects"} for i in qas for q in i["qas"]
    )
    answers = [q["answer"] for i in qas for q in i["qas"]]
    assert 0 < sum(not a.endswith(".") for a in answers) < 0.1 * len(answers)
    ends = [r[e] for i in relationships for r in i["relationships"] for e in ("subject", "object")]
    assert all(("name" in e) != ("names" in e) for e in ends)
    assert {len(e["names"]) for e in ends if "names" in e} == {1, 2}


def test_shared_pictures_are_the_same(world):
    coco = members(world / "mscoco" / "train2014.zip") | members(world / "mscoco" / "val2014.zip")
    by_id = {int(name[-16:-4]): content for name, content in coco.items()}
    pictures = members(world / "visual_genome" / "images.zip") | members(world / "visual_genome" / "images2.zip")
    shared = [i for i in load_vg(world, "image_data") if i["coco_id"] is not None]
    assert len(shared) > 10
    for image in shared:
        assert pictures["/".join(image["url"].split("/")[-2:])] == by_id[image["coco_id"]]


def test_visual7w_format(world):
    pointing = load(world / "visual7w" / "dataset_v7w_pointing.zip", "dataset_v7w_pointing.json")
    telling = load(world / "visual7w" / "dataset_v7w_telling.zip", "dataset_v7w_telling.json")
    boxes = {b["box_id"]: (b["x"], b["y"], b["width"], b["height"]) for b in pointing["boxes"]}
    assert (
        {i["split"] for i in pointing["images"]} == {i["split"] for i in telling["images"]} == {"train", "val", "test"}
    )
    for image in pointing["images"]:
        for q in image["qa_pairs"]:
            assert len({boxes[b] for b in (q["answer"], *q["multiple_choices"])}) == 4
    for image in telling["images"]:
        for q in image["qa_pairs"]:
            assert len({q["answer"], *q["multiple_choices"]}) == 4
            assert all(a.endswith(".") for a in (q["answer"], *q["multiple_choices"]))
            assert q["type"] in ("what", "where", "when", "who", "why", "how")


def test_few_visual7w_test_pictures_are_elsewhere(world):
    telling = load(world / "visual7w" / "dataset_v7w_telling.zip", "dataset_v7w_telling.json")
    ours = members(world / "visual7w" / "visual7w_images.zip")
    others = {c for d in ("mscoco", "visual_genome") for a in (world / d).iterdir() for c in members(a).values()}
    shared = {"train": [], "val": [], "test": []}
    for image in telling["images"]:
        shared[image["split"]].append(ours[f"images/{image['filename']}"] in others)
    assert all(shared["train"] + shared["val"])
    assert 1 <= sum(shared["test"]) <= len(shared["test"]) / 3


def test_tdiuc_format(world):
    archive = world / "tdiuc" / "TDIUC.zip"
    asked = load(archive, "Questions/OpenEnded_mscoco_train2014_questions.json")["questions"]
    answered = load(archive, "Annotations/mscoco_train2014_annotations.json")["annotations"]
    assert {a["question_type"] for a in answered} == set(tdiuc.TYPES)
    assert {q["question_id"]: q["image_id"] for q in asked} == {a["question_id"]: a["image_id"] for a in answered}
    assert [q["question_id"] for q in asked] != [a["question_id"] for a in answered]
    assert all(len(a["answers"]) == 1 for a in answered)
    assert len({q["image_id"] for q in asked}) == SIZES["tdiuc"]


def test_few_boxes_are_broken(world):
    coco = load(world / "mscoco" / "annotations_trainval2014.zip", "annotations/instances_train2014.json")
    regions = [r for i in load_vg(world, "region_descriptions") for r in i["regions"]]
    assert sum(a["bbox"][2] <= 0 for a in coco["annotations"]) == 1
    assert sum(r["height"] <= 0 for r in regions) == 1
    assert any(r["x"] < 0 for r in regions)
