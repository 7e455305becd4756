"""COCO-Text in miniature: the writing on notices, stop signs and books of COCO's train2014 pictures."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.mscoco import file_name
from workflow_scripts.miniature.notices import FOREIGN_WORDS
from workflow_scripts.miniature.scenes import Notice, Scene
from workflow_scripts.miniature.universes import Picture, coco_pictures
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import Region

DEPENDS_ON = ("coco_text", "mscoco_train")  # sizes of config.miniature
COCO_SPLIT = "train2014"
SETS = {2: "val", 4: "test"}  # by a picture's index modulo 7; the others are train
CLASSES = {"printed": "machine printed", "handwritten": "handwritten", "lights": "others"}
INFO = {
    "url": "http://miniature.invalid",
    "date_created": "2016-02-13",
    "version": "1.1",
    "description": "Miniature world in the format of COCO-Text",
    "author": "drawn",
}
CATEGORIES = {
    "legibility": {name: {"id": 91 + k, "name": name} for k, name in enumerate(("legible", "illegible"))},
    "class": {name: {"id": 91 + k, "name": name} for k, name in enumerate(CLASSES.values())},
    "language": {name: {"name": name} for name in ("english", "not english", "na")},
}
IDS_PER_IMAGE = 20
NOT_TRANSCRIBED = 0.03  # share of legible texts


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write COCO_Text.zip; sizes: coco_text, and COCO's, whose pictures these are."""
    images, annotations, of_image = {}, {}, {}
    for index, p in enumerate(coco_pictures(seed, COCO_SPLIT, min(sizes["coco_text"], sizes["mscoco_train"]))):
        found = _annotations(seed, p)
        images[str(p.image_id)] = {
            "id": p.image_id,
            "set": SETS.get(index % 7, "train"),
            "width": p.scene.width,
            "height": p.scene.height,
            "file_name": file_name(COCO_SPLIT, p.image_id),
        }
        annotations |= {str(a["id"]): a for a in found}
        of_image[str(p.image_id)] = [a["id"] for a in found]
    whole = {"cats": CATEGORIES, "anns": annotations, "imgs": images, "imgToAnns": of_image, "info": INFO}
    write_zip(folder / "COCO_Text.zip", [("COCO_Text.json", json_bytes(whole))])


def _annotations(seed: int, picture: Picture) -> list[dict]:
    draw = random.Random(keyed_number("miniature coco_text", seed, picture.image_id))
    found = []
    for number, (word, style, box) in enumerate(_writing(picture.scene)):
        x0, y0, x1, y1 = (round(value, 1) for value in box)
        width, height = round(x1 - x0, 1), round(y1 - y0, 1)
        annotation = {
            "id": picture.image_id * IDS_PER_IMAGE + number,
            "image_id": picture.image_id,
            "bbox": [x0, y0, width, height],
            "polygon": [x0, y0, x1, y0, x1, y1, x0, y1],
            "area": round(width * height, 2),
            "legibility": "legible" if word else "illegible",
            "class": CLASSES[style],
            "language": "na" if word is None else "not english" if word.upper() in FOREIGN_WORDS else "english",
        }
        if word:
            annotation["utf8_string"] = "" if draw.random() < NOT_TRANSCRIBED else word
        found.append(annotation)
    return draw.sample(found, len(found))


def _writing(scene: Scene) -> Iterator[tuple[str | None, str, Region]]:
    """(word, or None if it cannot be read; style; box)"""
    for written in (*scene.things, *scene.notices):
        if isinstance(written, Notice):
            yield written.word, written.style, written.word_box
        elif written.word:
            yield written.word, "printed", written.word_box
