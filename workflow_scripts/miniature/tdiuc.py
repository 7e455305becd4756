"""TDIUC in miniature: questions of its twelve types about the COCO pictures, each with one answer."""

import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import questions
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.universes import COCO_SIZES, Picture, coco_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("tdiuc", "mscoco_train", "mscoco_val")  # sizes of config.miniature
TYPES = {  # questions a picture, at most
    "object_presence": 3,
    "absurd": 2,
    "color": 2,
    "counting": 2,
    "object_recognition": 1,
    "positional_reasoning": 2,
    "scene_recognition": 2,
    "sport_recognition": 2,
    "attribute": 2,
    "activity_recognition": 1,
    "sentiment_understanding": 2,
    "utility_affordance": 1,
}
IDS_PER_IMAGE = 100


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write TDIUC.zip; at most sizes["tdiuc"] pictures of each COCO split are asked about."""
    files: list[tuple[str, bytes]] = []
    for split, size in COCO_SIZES.items():
        asked, answered = [], []
        for picture in coco_pictures(seed, split, min(sizes[size], sizes["tdiuc"])):
            for number, q in enumerate(_chosen(seed, picture)):
                ids = {"image_id": picture.image_id, "question_id": picture.image_id * IDS_PER_IMAGE + number}
                asked.append({**ids, "question": q.question})
                answered.append(_annotation(q, ids))
        answered.sort(key=lambda a: keyed_number("miniature tdiuc order", a["question_id"]))  # not the questions' order
        about = {"info": {"description": "Miniature world in the format of TDIUC"}, "data_subtype": split}
        whole = {**about, "task_type": "Open-Ended", "data_type": "mscoco", "questions": asked}
        files.append((f"Questions/OpenEnded_mscoco_{split}_questions.json", json_bytes(whole)))
        files.append((f"Annotations/mscoco_{split}_annotations.json", json_bytes({**about, "annotations": answered})))
    write_zip(folder / "TDIUC.zip", files)


def _chosen(seed: int, picture: Picture) -> list[questions.Question]:
    draw = random.Random(keyed_number("miniature tdiuc", seed, picture.image_id))
    by_type: dict[str, list[questions.Question]] = {}
    for q in questions.questions(picture.scene, draw):
        by_type.setdefault(q.kind, []).append(q)
    return [
        q
        for kind, most in TYPES.items()
        for q in draw.sample(by_type.get(kind, []), min(most, len(by_type.get(kind, []))))
    ]


def _annotation(q: questions.Question, ids: dict[str, int]) -> dict:
    return {
        "question_type": q.kind,
        "answers": [{"answer": q.answer, "answer_confidence": "yes", "answer_id": 1}],
        **ids,
        "ans_source": "generation",
    }
