"""The miniature COCO-Text: native form, every kind of writing, and enough of it for its tasks."""

import json
import zipfile
from collections import Counter

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import coco_text
from workflow_scripts.miniature.universes import coco_pictures

SEED = 0
SIZES = {"coco_text": 400, "mscoco_train": 400}
KEYS = ["id", "image_id", "bbox", "polygon", "area", "legibility", "class", "language"]


def written(folder, sizes) -> dict:
    coco_text.write(SEED, sizes, folder)
    with zipfile.ZipFile(folder / "COCO_Text.zip") as archive:
        assert archive.namelist() == ["COCO_Text.json"]
        return json.loads(archive.read("COCO_Text.json"))


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> dict:
    return written(tmp_path_factory.mktemp("coco_text"), SIZES)


def test_native_form(content):
    assert set(content) == {"info", "cats", "imgs", "anns", "imgToAnns"}
    assert content["imgs"].keys() == content["imgToAnns"].keys()
    for key, image in content["imgs"].items():
        assert image.keys() == {"id", "file_name", "set", "width", "height"}
        assert (key, image["file_name"]) == (str(image["id"]), f"COCO_train2014_{image['id']:012d}.jpg")
    listed = {i: image_id for image_id, ids in content["imgToAnns"].items() for i in ids}
    assert listed == {a["id"]: str(a["image_id"]) for a in content["anns"].values()}
    for key, a in content["anns"].items():
        legible = a["legibility"] == "legible"
        assert key == str(a["id"])
        assert list(a) == [*KEYS, "utf8_string"] if legible else KEYS
        assert all(a[kind] in content["cats"][kind] for kind in ("legibility", "class", "language"))
        x, y, w, h = a["bbox"]
        assert a["polygon"] == pytest.approx([x, y, x + w, y, x + w, y + h, x, y + h], abs=0.11)


def test_every_kind_of_writing(content):
    found = Counter((a["class"], a["legibility"]) for a in content["anns"].values())
    assert len(found) == 6
    assert min(found.values()) > 20
    assert {a["language"] for a in content["anns"].values()} == {"english", "not english", "na"}
    assert 0 < sum(a.get("utf8_string") == "" for a in content["anns"].values()) < 20
    assert [] in content["imgToAnns"].values()
    assert {i["set"] for i in content["imgs"].values()} == {"train", "val", "test"}
    strings = [legible_strings(content, image) for image in content["imgs"]]
    assert any(len(s) > len(set(s)) for s in strings)


def legible_strings(content: dict, image: str) -> list[str]:
    found = [content["anns"][str(i)].get("utf8_string") for i in content["imgToAnns"][image]]
    return [s.lower() for s in found if s]


@pytest.mark.parametrize(("overlays", "train", "val"), [((), 90, 15), (("smoke.yaml",), 2, 2)])
def test_photos_with_two_different_words(overlays, train, val, tmp_path):
    content = written(tmp_path, load_config(*overlays)["miniature"])
    several = [i for key, i in content["imgs"].items() if len(set(legible_strings(content, key))) >= 2]
    found = Counter(image["set"] for image in several)
    assert found["train"] >= train
    assert found["val"] >= val


def test_words_are_where_the_scene_has_them(content):
    for p in coco_pictures(SEED, "train2014", 60):
        known = {(round(w.word_box[0], 1), w.word) for w in (*p.scene.things, *p.scene.notices) if w.word}
        for i in content["imgToAnns"][str(p.image_id)]:
            a = content["anns"][str(i)]
            if a.get("utf8_string"):
                assert (a["bbox"][0], a["utf8_string"]) in known
