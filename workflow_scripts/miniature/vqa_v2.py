"""VQAv2 in miniature: questions about the COCO pictures, each answered by ten people who mostly agree."""

import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import questions
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.kinds import KINDS
from workflow_scripts.miniature.language import NUMBERS, a
from workflow_scripts.miniature.universes import COCO_SIZES, Picture, coco_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("vqa_v2", "mscoco_train", "mscoco_val")  # sizes of config.miniature
NAMES = {"train2014": "Train", "val2014": "Val"}  # of a split in the archives' names
QUESTIONS = 5  # a picture, at most
PEOPLE = 10
TIE = 0.3  # share of the answers with two spellings on which people are divided
MISTAKEN = (0, 0, 0, 1, 1, 2, 3)  # how many of the ten answer otherwise
IDS_PER_IMAGE = 1000
NO_TYPE = "none of the above"
TYPES = (  # what a question may begin with
    *("can you", "how", "how many", "is the", "is there a", "is this", "is this a", "what", "what color is the"),
    *("what is", "what is the", "what sport is", "where is the", "which", "who is", "why", "why is the"),
)


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write the four archives of questions and annotations; of each COCO split at most sizes["vqa_v2"] pictures."""
    for split, size in COCO_SIZES.items():
        asked, answered = [], []
        for picture in coco_pictures(seed, split, min(sizes[size], sizes["vqa_v2"])):
            draw = random.Random(keyed_number("miniature vqa_v2", seed, picture.image_id))
            for number, q in enumerate(_chosen(picture, draw)):
                ids = {"image_id": picture.image_id, "question_id": picture.image_id * IDS_PER_IMAGE + number}
                asked.append({**ids, "question": q.question})
                answered.append({**_annotation(q, draw), **ids})
        answered.sort(key=lambda a: keyed_number("miniature vqa_v2 order", a["question_id"]))  # not the questions'
        about = {"info": {"description": "Miniature world in the format of VQAv2"}, "license": {}}
        about |= {"data_subtype": split, "data_type": "mscoco"}
        for archive, member, content in (
            ("Questions", f"OpenEnded_mscoco_{split}_questions", {"task_type": "Open-Ended", "questions": asked}),
            ("Annotations", f"mscoco_{split}_annotations", {"annotations": answered}),
        ):
            whole = json_bytes({**about, **content})
            write_zip(folder / f"v2_{archive}_{NAMES[split]}_mscoco.zip", [(f"v2_{member}.json", whole)])


def _chosen(picture: Picture, draw: random.Random) -> list[questions.Question]:
    """Questions of different kinds, as far as the picture allows."""
    by_kind: dict[str, list[questions.Question]] = {}
    for q in questions.questions(picture.scene, draw):
        if q.kind != "absurd":
            by_kind.setdefault(q.kind, []).append(q)
    kinds = draw.sample(list(by_kind), min(QUESTIONS, len(by_kind)))
    return [draw.choice(by_kind[kind]) for kind in kinds]


def _annotation(q: questions.Question, draw: random.Random) -> dict:
    right = _in_digits(q.answer)
    return {
        "question_type": max((t for t in TYPES if q.question.lower().startswith(f"{t} ")), key=len, default=NO_TYPE),
        "multiple_choice_answer": right,
        "answers": _answers(q, right, draw),
        "answer_type": "yes/no" if right in ("yes", "no") else "number" if right.isdigit() else "other",
    }


def _answers(q: questions.Question, right: str, draw: random.Random) -> list[dict]:
    spelt = q.answer if right.isdigit() else a(right) if right in KINDS else None
    if spelt and draw.random() < TIE:
        said = [right, spelt] * (PEOPLE // 2)
    else:
        mistaken = draw.choice(MISTAKEN)
        said = [right] * (PEOPLE - mistaken) + [_in_digits(draw.choice(_wrong(q))) for _ in range(mistaken)]
    sure = {True: ("yes", "yes", "yes", "maybe"), False: ("yes", "maybe", "no")}
    return [
        {"answer": answer, "answer_confidence": draw.choice(sure[answer in (right, spelt)]), "answer_id": number}
        for number, answer in enumerate(draw.sample(said, PEOPLE), start=1)
    ]


def _wrong(q: questions.Question) -> tuple[str, ...]:
    return q.wrong or {"yes": ("no",), "no": ("yes",)}.get(q.answer, ("not sure",))


def _in_digits(answer: str) -> str:
    return str(NUMBERS.index(answer)) if answer in NUMBERS else answer
