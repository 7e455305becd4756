"""MS COCO 2014 in miniature: the archives of pictures and of captions and instances."""

import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import drawing, language
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.kinds import KINDS
from workflow_scripts.miniature.scenes import Crowd, Scene, Thing
from workflow_scripts.miniature.universes import COCO_SIZES, Picture, coco_flickr_id, coco_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("mscoco_train", "mscoco_val")  # sizes of config.miniature
INFO = {
    "description": "Miniature world in the format of MS COCO 2014: drawn scenes, not photographs",
    "url": "http://miniature.invalid",
    "version": "1.0",
    "year": 2014,
    "contributor": "drawn",
    "date_created": "2014-01-01 00:00:00",
}
LICENSES = [{"url": "http://miniature.invalid/licence", "id": 1, "name": "drawn, no rights reserved"}]
IDS_PER_IMAGE = 20  # annotation ids are image id * this + number, in the order of the scene's things
STRAY_BLANK, STRAY_NEWLINE = 0.04, 0.02  # shares of captions
BROKEN_INDEX = 71  # the train picture with one box of no width


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write train2014.zip, val2014.zip and annotations_trainval2014.zip; sizes: mscoco_train, mscoco_val."""
    annotations: list[tuple[str, bytes]] = []
    for split, size in COCO_SIZES.items():
        pictures = list(coco_pictures(seed, split, sizes[size]))
        files = [(f"{split}/{file_name(split, p.image_id)}", jpeg(p.scene)) for p in pictures]
        write_zip(folder / f"{split}.zip", files)
        for kind, content in (("captions", _captions(seed, pictures)), ("instances", instances(pictures, split))):
            whole = {"info": INFO, "licenses": LICENSES, "images": [image_entry(p, split) for p in pictures], **content}
            annotations.append((f"annotations/{kind}_{split}.json", json_bytes(whole)))
    write_zip(folder / "annotations_trainval2014.zip", annotations)


def file_name(split: str, image_id: int) -> str:
    return f"COCO_{split}_{image_id:012d}.jpg"


def jpeg(scene: Scene) -> bytes:
    """The picture's file; one without things is grey, as a few of COCO's are."""
    picture = drawing.draw(scene)
    return drawing.jpeg(picture if scene.things or scene.crowds else picture.convert("L"))


def image_entry(picture: Picture, split: str) -> dict:
    name = file_name(split, picture.image_id)
    return {
        "license": 1,
        "file_name": name,
        "coco_url": f"http://miniature.invalid/{split}/{name}",
        "height": picture.scene.height,
        "width": picture.scene.width,
        "date_captured": "2014-01-01 00:00:00",
        "flickr_url": f"http://farm.miniature.invalid/2014/{coco_flickr_id(picture.image_id)}_drawn_z.jpg",
        "id": picture.image_id,
    }


def _captions(seed: int, pictures: list[Picture]) -> dict:
    found = []
    for p in pictures:
        draw = random.Random(keyed_number("miniature captions", seed, p.image_id))
        for number, caption in enumerate(language.captions(p.scene, draw)):
            caption = caption.removesuffix(".") if draw.random() < 0.2 else caption
            untidy = draw.random()
            caption += " " if untidy < STRAY_BLANK else "\n" if untidy < STRAY_BLANK + STRAY_NEWLINE else ""
            found.append({"image_id": p.image_id, "id": p.image_id * IDS_PER_IMAGE + number, "caption": caption})
    return {"annotations": found}


def instances(pictures: list[Picture], split: str) -> dict[str, list[dict]]:
    """The annotations of these pictures, which are the first of the split, and the categories."""
    found = []
    for index, p in enumerate(pictures):
        first = p.image_id * IDS_PER_IMAGE
        annotations = [_single(thing) for thing in p.scene.things]
        annotations += [_crowd(crowd, p.scene) for crowd in p.scene.crowds]
        if index == BROKEN_INDEX and split == "train2014" and annotations:
            annotations.append({**annotations[0], "area": 0.0, "bbox": [*annotations[0]["bbox"][:2], 0.0, 12.0]})
        for number, a in enumerate(annotations):
            found.append({**a, "image_id": p.image_id, "id": first + number})
    categories = [
        {"supercategory": kind.supercategory, "id": kind.coco_id, "name": name} for name, kind in KINDS.items()
    ]
    return {"annotations": found, "categories": categories}


def _single(thing: Thing) -> dict:
    x0, y0, x1, y1 = thing.box
    polygon = [(x0 + x * (x1 - x0), y0 + y * (y1 - y0)) for x, y in thing.kind.outline]
    return {
        "segmentation": [[round(value, 2) for point in polygon for value in point]],
        "area": round(_polygon_area(polygon), 2),
        "iscrowd": 0,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "category_id": thing.kind.coco_id,
    }


def _polygon_area(points: list[tuple[float, float]]) -> float:
    """Square pixels inside a closed polygon (shoelace formula)."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]]))) / 2


def _crowd(crowd: Crowd, scene: Scene) -> dict:
    """A run-length encoded mask, column by column, starting with what is outside."""
    x0, y0, x1, y1 = (round(value) for value in crowd.box)
    above, inside, below = y0, y1 - y0, scene.height - y1
    counts = [x0 * scene.height + above]
    for _ in range(x1 - x0 - 1):
        counts += [inside, below + above]
    counts += [inside, below + (scene.width - x1) * scene.height]
    return {
        "segmentation": {"counts": counts, "size": [scene.height, scene.width]},
        "area": float((x1 - x0) * inside),
        "iscrowd": 1,
        "bbox": [float(x0), float(y0), float(x1 - x0), float(inside)],
        "category_id": KINDS[crowd.category].coco_id,
    }
