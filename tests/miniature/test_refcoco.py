"""The miniature RefCOCO datasets: native form, and expressions that are true of one thing alone."""

import json
import pickle
import pickletools
import zipfile
from collections import Counter

import pytest

from workflow_scripts.miniature import mscoco, refcoco
from workflow_scripts.miniature.kinds import COLOURS, PATTERNS, POSES
from workflow_scripts.miniature.language import MOOD_ADJECTIVES
from workflow_scripts.miniature.scenes import SIDES
from workflow_scripts.miniature.universes import coco_pictures

SEED, SIZES = 0, {"refcoco": 400, "mscoco_train": 400}
NAMES = {"refcoco": "unc", "refcoco+": "unc", "refcocog": "umd"}
LOOKS = {*COLOURS, *SIDES, *PATTERNS, *MOOD_ADJECTIVES.values(), *" ".join(POSES).split()}
REF = {"sent_ids", "file_name", "ann_id", "ref_id", "image_id", "split", "sentences", "category_id"}


@pytest.fixture(scope="module")
def archives(tmp_path_factory) -> dict[str, tuple[bytes, dict]]:
    """By name: the pickle's bytes and instances.json."""
    folder = tmp_path_factory.mktemp("refcoco")
    refcoco.write(SEED, SIZES, folder)
    found = {}
    for name, who in NAMES.items():
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            assert set(archive.namelist()) == {f"{name}/refs({who}).p", f"{name}/instances.json"}
            found[name] = archive.read(f"{name}/refs({who}).p"), json.loads(archive.read(f"{name}/instances.json"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_native_form(archives, name):
    content, instances = archives[name]
    operations = [(o.name, argument) for o, argument, _ in pickletools.genops(content)]
    assert operations[0] == ("PROTO", 2)
    assert "GLOBAL" not in dict(operations)
    refs = pickle.loads(content)
    assert [r["ref_id"] for r in refs] == list(range(len(refs)))
    assert [i for r in refs for i in r["sent_ids"]] == list(range(sum(len(r["sentences"]) for r in refs)))
    boxed = {a["id"]: a for a in instances["annotations"]}
    images = {i["id"] for i in instances["images"]}
    for ref in refs:
        assert set(ref) == REF
        assert [set(s) for s in ref["sentences"]] == [{"tokens", "raw", "sent_id", "sent"}] * len(ref["sent_ids"])
        annotation = boxed[ref["ann_id"]]
        assert ref["image_id"] == annotation["image_id"]
        assert ref["image_id"] in images
        assert ref["category_id"] == annotation["category_id"]
        assert not annotation["iscrowd"]
    assert set(Counter(len(r["sentences"]) for r in refs)) == {1, 2, 3}
    assert {r["split"] for r in refs} == {"train", "val", *(["test"] if name == "refcocog" else ["testA", "testB"])}
    assert any(s["raw"] != s["sent"] for r in refs for s in r["sentences"])
    assert max(Counter(a["image_id"] for a in boxed.values()).values()) >= 3
    assert any(a["iscrowd"] for a in boxed.values())


def test_boxes_are_coco_s(archives):
    pictures = list(coco_pictures(SEED, "train2014", SIZES["mscoco_train"]))
    known = {a["id"]: a for a in mscoco.instances(pictures, "train2014")["annotations"]}
    for _, instances in archives.values():
        assert all(json.loads(json.dumps(known[a["id"]])) == a for a in instances["annotations"])


def fits(words: set[str], thing, scene) -> bool:
    """Whether every word that names a look or a side holds for the thing."""
    alike = scene.of(thing.category)
    xs, ys = zip(*(t.centre for t in alike))
    sides = {"left": (0, min(xs)), "right": (0, max(xs)), "top": (1, min(ys)), "bottom": (1, max(ys))}
    looks = {thing.colour, thing.size, thing.pattern, MOOD_ADJECTIVES.get(thing.mood), *(thing.pose or "").split()}
    return (words & LOOKS) <= looks and all(
        thing.centre[axis] == outermost for side, (axis, outermost) in sides.items() if side in words
    )


@pytest.mark.parametrize("name", ["refcoco", "refcoco+"])
def test_an_expression_is_true_of_its_thing_alone(archives, name):
    scenes = {p.image_id: p.scene for p in coco_pictures(SEED, "train2014", SIZES["refcoco"])}
    seen = Counter()
    for ref in pickle.loads(archives[name][0]):
        scene = scenes[ref["image_id"]]
        thing = scene.things[ref["ann_id"] - ref["image_id"] * mscoco.IDS_PER_IMAGE]
        for sentence in ref["sentences"]:
            words = set(sentence["tokens"])
            assert thing.category in sentence["sent"]
            assert [t for t in scene.of(thing.category) if fits(words, t, scene)] == [thing], sentence
            seen.update(words & {"left", "right", "top", "bottom"})
    assert (min(seen.values()) > 50) if name == "refcoco" else not seen


def test_the_three_partition_the_same_photos_differently(archives):
    splits = {
        name: {r["image_id"]: r["split"] for r in pickle.loads(content)} for name, (content, _) in archives.items()
    }
    pairs = {
        (splits["refcoco"][i], splits["refcocog"][i]) for i in splits["refcoco"].keys() & splits["refcocog"].keys()
    }
    assert {("train", "val"), ("val", "train"), ("train", "train"), ("val", "val")} <= pairs
