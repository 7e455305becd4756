"""Visual7W in miniature: questions with four answers (telling) or four boxes (pointing)."""

import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import questions
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.language import capital
from workflow_scripts.miniature.mscoco import jpeg
from workflow_scripts.miniature.scenes import Thing
from workflow_scripts.miniature.universes import Picture, visual7w_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("visual7w", "visual_genome", "mscoco_train", "mscoco_val")  # sizes of config.miniature
TELLING, POINTING = 5, 3  # questions a picture, at most
WRONG = 3
TYPES = ("what", "where", "when", "who", "why", "how")
IDS_PER_IMAGE = 100


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write visual7w_images.zip, dataset_v7w_telling.zip and dataset_v7w_pointing.zip; sizes: visual7w and VG's."""
    pictures: list[tuple[str, bytes]] = []
    boxes: list[dict] = []
    telling: list[dict] = []
    pointing: list[dict] = []
    for split, picture in visual7w_pictures(seed, sizes):
        draw = random.Random(keyed_number("miniature visual7w", seed, picture.image_id))
        name = f"v7w_{picture.image_id}.jpg"
        pictures.append((f"images/{name}", jpeg(picture.scene)))
        boxes_here, pointed = _pointing(picture, draw)
        boxes += boxes_here
        for images, pairs in ((telling, _telling(picture, draw)), (pointing, pointed)):
            if pairs:
                image = {"image_id": picture.image_id, "filename": name, "split": split}
                images.append({"qa_pairs": pairs, **image})
    write_zip(folder / "visual7w_images.zip", pictures)
    for kind, content in (("telling", {"images": telling}), ("pointing", {"boxes": boxes, "images": pointing})):
        whole = json_bytes({"dataset": f"visual7w-{kind}", **content})
        write_zip(folder / f"dataset_v7w_{kind}.zip", [(f"dataset_v7w_{kind}.json", whole)])


def _telling(picture: Picture, draw: random.Random) -> list[dict]:
    """Questions of different kinds, as far as the picture allows."""
    asked: dict[str, list[questions.Question]] = {}
    for q in questions.questions(picture.scene, draw):
        if len(q.wrong) == WRONG and q.question.split()[0].lower() in TYPES:
            asked.setdefault(q.kind, []).append(q)
    kinds = draw.sample(list(asked), min(TELLING, len(asked)))
    pairs = []
    for number, kind in enumerate(kinds):
        q = draw.choice(asked[kind])
        pair = {"qa_id": picture.image_id * IDS_PER_IMAGE + number, "image_id": picture.image_id}
        pair |= {"question": q.question, "type": q.question.split()[0].lower(), "answer": _sentence(q.answer)}
        pairs.append({**pair, "multiple_choices": [_sentence(w) for w in q.wrong]})
    return pairs


def _sentence(answer: str) -> str:
    return f"{capital(answer)}."


def _pointing(picture: Picture, draw: random.Random) -> tuple[list[dict], list[dict]]:
    """(boxes, questions); none for a picture with fewer than four things."""
    things = picture.scene.things
    if len(things) <= WRONG:
        return [], []
    ids = {thing: picture.image_id * IDS_PER_IMAGE + number for number, thing in enumerate(things)}
    asked = dict(questions.pointing(picture.scene, draw))
    pairs, used = [], set()
    for number, question in enumerate(draw.sample(list(asked), min(POINTING, len(asked)))):
        answer = asked[question]
        wrong = draw.sample([t for t in things if t is not answer], WRONG)
        used |= {answer, *wrong}
        pair = {"qa_id": picture.image_id * IDS_PER_IMAGE + 50 + number, "image_id": picture.image_id}
        pair |= {"question": question, "type": "which", "answer": ids[answer]}
        pairs.append({**pair, "multiple_choices": [ids[t] for t in wrong]})
    return [_box(thing, ids[thing]) for thing in things if thing in used], pairs


def _box(thing: Thing, box_id: int) -> dict:
    """Whole pixels; one that begins at the very edge is said to begin at -1."""
    x0, y0, x1, y1 = (round(value) for value in thing.box)
    x0, y0 = (-1 if value <= 1 else value for value in (x0, y0))
    return {"box_id": box_id, "name": thing.category, "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}
