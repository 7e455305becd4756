"""Annotation files of the real size and shape, made of seeded nonsense: MS COCO 2014 and Visual Genome.

Counts are the published ones; the mix of short and long outlines and phrases gives the real files' size. Captions name
things that their picture has, as tasks ask for. Pictures are empty files, enough for `raw.check_pictures: none`.
"""

import json
import random
from collections.abc import Iterable
from pathlib import Path

from workflow_scripts.tasks.image_text_matching.mentions import CATEGORIES

COCO = {"train2014": (82_783, 604_907, 414_113), "val2014": (40_504, 291_875, 202_654)}  # pictures, boxes, captions
VISUAL_GENOME_PICTURES = 108_077
REGIONS, RELATIONSHIPS, QUESTIONS = 50, 21, 16  # of a picture, on average
CROWD_SHARE = 0.012
OUTLINE_NUMBERS = (20, 190)  # numbers of an outline, about 7 characters each
WORDS = (
    *("man", "woman", "tree", "white", "black", "the", "a", "on", "of", "in", "sky"),
    *("sign", "blue", "red", "window", "wall", "grass", "water", "street", "with", "is", "car"),
)


def write_coco(folder: Path) -> None:
    """MSCOCO2014 below `folder`: instances_*.json and captions_*.json of both splits, about 970 MB."""
    for split, (pictures, boxes, captions) in COCO.items():
        draw = random.Random(f"coco {split}")
        names = [f"COCO_{split}_{7 * i + 9:012d}.jpg" for i in range(pictures)]
        _empty_files(folder / split, names)
        images = [
            f'{{"license": 5,"file_name": "{name}","coco_url": "http://images.cocodataset.org/{split}/{name}",'
            f'"height": 480,"width": 640,"date_captured": "2013-11-14 16:28:13",'
            f'"flickr_url": "http://farm4.staticflickr.com/3153/2970773875_164f0c0b83_z.jpg","id": {7 * i + 9}}}'
            for i, name in enumerate(names)
        ]
        head = [f'{{"info": {{"year": 2014}},"images": [{",".join(images)}],"licenses": [{{"id": 5}}],"annotations": [']
        outlines = [
            ",".join(f"{draw.uniform(0, 640):.2f}" for _ in range(draw.randint(*OUTLINE_NUMBERS))) for _ in range(2000)
        ]
        categories = json.dumps(
            [{"supercategory": "thing", "id": i, "name": name} for i, name in enumerate(CATEGORIES)]
        )
        tail = [f'],"categories": {categories}}}']
        annotations = folder / "annotations"
        annotations.mkdir(exist_ok=True)
        seen = [[] for _ in range(pictures)]  # of each picture, what its boxes hold
        boxed = (_box(draw, outlines, seen, i) for i in range(boxes))
        _write(annotations / f"instances_{split}.json", head, boxed, tail)
        captioned = (_caption(draw, seen, i) for i in range(captions))
        _write(annotations / f"captions_{split}.json", head, captioned, ["]}"])


def _box(draw: random.Random, outlines: list[str], seen: list[list[str]], number: int) -> str:
    picture, category = draw.randrange(len(seen)), int(len(CATEGORIES) * draw.random() ** 4)
    seen[picture].append(CATEGORIES[category])
    x, y = draw.uniform(0, 500), draw.uniform(0, 400)
    crowd = draw.random() < CROWD_SHARE
    outline = f'{{"counts": [{draw.choice(outlines)}],"size": [480,640]}}' if crowd else f"[[{draw.choice(outlines)}]]"
    return (
        f'{{"segmentation": {outline},"area": {draw.uniform(30, 60000)},"iscrowd": {int(crowd)},'
        f'"image_id": {7 * picture + 9},"bbox": [{x:.2f},{y:.2f},{draw.uniform(5, 140):.2f},'
        f'{draw.uniform(5, 80):.2f}],"category_id": {category},"id": {number}}}'
    )


def _caption(draw: random.Random, seen: list[list[str]], number: int) -> str:
    picture = draw.randrange(len(seen))
    named = " and ".join(draw.choices(seen[picture], k=2)) if seen[picture] else "nothing"
    return f'{{"image_id": {7 * picture + 9},"id": {number},"caption": "A {named} {_words(draw, 7)}."}}'


def write_visual_genome(folder: Path) -> None:
    """visual_genome below `folder`: image_data.json and the three annotation files, about 2.2 GB."""
    draw = random.Random("visual genome")
    ids = [2_300_000 + 3 * i for i in range(VISUAL_GENOME_PICTURES)]
    _empty_files(folder / "VG_100K", [f"{i}.jpg" for i in ids])
    site = "https://cs.stanford.edu/people/rak248/VG_100K"
    images = (
        f'{{"width": 800, "url": "{site}/{i}.jpg", "height": 600, "image_id": {i}, "coco_id": null, "flickr_id": null}}'
        for i in ids
    )
    _write(folder / "image_data.json", ["["], images, ["]"])
    for name, one, count, whole in (
        ("region_descriptions", _region, REGIONS, '{{"regions": [{}], "id": {}}}'),
        ("relationships", _relationship, RELATIONSHIPS, '{{"relationships": [{}], "image_id": {}}}'),
        ("question_answers", _question, QUESTIONS, '{{"id": {1}, "qas": [{0}]}}'),
    ):
        elements = (
            whole.format(", ".join(one(draw, i, n) for n in range(draw.randint(1, 2 * count - 1))), i) for i in ids
        )
        _write(folder / f"{name}.json", ["["], elements, ["]"])


def _region(draw: random.Random, image: int, number: int) -> str:
    return (
        f'{{"region_id": {image * 100 + number}, "width": {draw.randint(5, 400)}, "height": {draw.randint(5, 300)}, '
        f'"image_id": {image}, "phrase": "{_words(draw, 5)}", '
        f'"y": {draw.randint(0, 590)}, "x": {draw.randint(0, 790)}}}'
    )


def _thing(draw: random.Random, image: int) -> str:
    return (
        f'{{"name": "{draw.choice(WORDS)}", "h": {draw.randint(5, 300)}, "synsets": ["man.n.01"], '
        f'"object_id": {image + 7}, "w": {draw.randint(5, 300)}, '
        f'"y": {draw.randint(0, 590)}, "x": {draw.randint(0, 790)}}}'
    )


def _relationship(draw: random.Random, image: int, number: int) -> str:
    return (
        f'{{"predicate": "{draw.choice(WORDS).upper()}", "object": {_thing(draw, image)}, '
        f'"relationship_id": {image * 100 + number}, "synsets": ["along.r.01"], "subject": {_thing(draw, image)}}}'
    )


def _question(draw: random.Random, image: int, number: int) -> str:
    objects = (
        '[{"object_id": 1058498, "x": 421, "y": 91, "w": 79, "h": 339, "name": "clock", "synsets": ["clock.n.01"]}]'
    )
    return (
        f'{{"a_objects": {objects}, "question": "What {_words(draw, 5)}?", "image_id": {image}, '
        f'"qa_id": {image * 100 + number}, "answer": "{_words(draw, 2)}.", "q_objects": {objects}}}'
    )


def _words(draw: random.Random, about: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(about // 2 + 1, about * 3 // 2)))


def _empty_files(folder: Path, names: Iterable[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()


def _write(path: Path, head: list[str], elements: Iterable[str], tail: list[str]) -> None:
    with open(path, "w") as file:
        file.writelines(head)
        for number, element in enumerate(elements):
            file.write(f", {element}" if number else element)
        file.writelines(tail)
