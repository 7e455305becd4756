"""OK-VQA in miniature: what is asked about the COCO pictures is not seen in them, but known of what is seen."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.language import capital, told_by_colour
from workflow_scripts.miniature.scenes import Scene
from workflow_scripts.miniature.universes import COCO_SIZES, coco_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("ok_vqa", "mscoco_train", "mscoco_val")  # sizes of config.miniature
FOLDERS = {"train2014": "train", "val2014": "val"}
QUESTIONS = 3  # a picture, at most
PEOPLE = 5  # each counts twice
DIVIDED, UNSURE = 0.4, 0.2  # shares of the questions with two right answers; of all others
IDS_PER_IMAGE, FIRST = 10, 5  # question ids are image id * 10 + 5, 6 ...

OBJECTS, SPORTS, PEOPLE_AND_LIFE, NATURE, WEATHER = "three", "four", "seven", "eight", "ten"
QUESTION_TYPES = {
    OBJECTS: "Objects, Material and Clothing",
    SPORTS: "Sports and Recreation",
    PEOPLE_AND_LIFE: "People and Everyday life",
    NATURE: "Plants and Animals",
    WEATHER: "Weather and Climate",
}
# Right answers to each question, the usual one first
USES = {
    "car": ("driving", "transportation"),
    "stop sign": ("stopping traffic", "traffic control"),
    "umbrella": ("keeping dry", "rain protection"),
    "sports ball": ("playing", "games"),
    "kite": ("flying",),
    "skateboard": ("skateboarding", "riding"),
    "surfboard": ("surfing", "riding waves"),
    "tennis racket": ("tennis", "hitting balls"),
    "bottle": ("drinking",),
    "apple": ("eating",),
    "donut": ("eating",),
    "chair": ("sitting",),
    "book": ("reading",),
    "clock": ("telling time",),
    "vase": ("holding flowers", "decoration"),
}
MATERIALS = {
    "car": ("metal", "steel"),
    "stop sign": ("metal", "aluminum"),
    "umbrella": ("cloth", "nylon"),
    "sports ball": ("rubber",),
    "kite": ("paper", "nylon"),
    "skateboard": ("wood",),
    "surfboard": ("foam", "fiberglass"),
    "bottle": ("glass", "plastic"),
    "donut": ("dough", "flour"),
    "chair": ("wood",),
    "book": ("paper",),
    "vase": ("clay", "ceramic"),
}
ANIMALS = {
    "field": ("cow", "horse"),
    "forest": ("bear", "deer"),
    "beach": ("crab", "seagull"),
    "desert": ("camel", "snake"),
    "mountains": ("goat",),
    "street": ("pigeon", "dog"),
    "living room": ("cat",),
    "kitchen": ("mouse",),
}
CLOTHES = {
    "beach": ("swimsuit", "sandals"),
    "desert": ("hat",),
    "mountains": ("coat", "boots"),
    "kitchen": ("apron",),
}
NAMES_OF_DOERS = {
    "running": ("runner", "jogger"),
    "fishing": ("fisherman", "angler"),
    "sweeping": ("cleaner", "janitor"),
    "lifting weights": ("weightlifter", "bodybuilder"),
}


@dataclass(frozen=True)
class Question:
    question_type: str  # a key of QUESTION_TYPES
    question: str
    answers: tuple[str, ...]  # right ones, the usual one first


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write the four archives of questions and annotations; of each COCO split at most sizes["ok_vqa"] pictures."""
    for split, size in COCO_SIZES.items():
        asked, answered = [], []
        for picture in coco_pictures(seed, split, min(sizes[size], sizes["ok_vqa"])):
            draw = random.Random(keyed_number("miniature ok_vqa", seed, picture.image_id))
            possible = list(questions(picture.scene, draw))
            chosen = draw.sample(possible, min(QUESTIONS, len(possible)))
            for number, q in enumerate(chosen, start=FIRST):
                question_id = picture.image_id * IDS_PER_IMAGE + number
                asked.append({"image_id": picture.image_id, "question": q.question, "question_id": question_id})
                answered.append({"image_id": picture.image_id, **_annotation(q, draw), "question_id": question_id})
        answered.sort(key=lambda a: keyed_number("miniature ok_vqa order", a["question_id"]))  # not the questions'
        about = {"info": {"description": "Miniature world in the format of OK-VQA"}, "license": {}}
        about |= {"data_subtype": split, "data_type": "mscoco"}
        for name, content in (
            (f"OpenEnded_mscoco_{split}_questions.json", {"task_type": "Open-Ended", "questions": asked}),
            (f"mscoco_{split}_annotations.json", {"question_types": QUESTION_TYPES, "annotations": answered}),
        ):
            write_zip(folder / f"{name}.zip", [(name, json_bytes({**about, **content}))])


def questions(scene: Scene, draw: random.Random) -> Iterator[Question]:
    """What can be asked about a scene, none of it naming the thing that has to be recognised."""
    yield from _about_things(scene, draw)
    wording = draw.choice(("What animal might live here?", "What animal could you meet here?"))
    yield Question(NATURE, wording, ANIMALS[scene.place])
    if scene.place in CLOTHES:
        yield Question(PEOPLE_AND_LIFE, "What might you wear in a place like this?", CLOTHES[scene.place])
    if scene.sky == "cloudy":
        yield Question(WEATHER, "What might soon fall from this sky?", ("rain",))
    people = scene.of("person")
    if len(people) == 1 and people[0].pose in NAMES_OF_DOERS:
        wording = draw.choice(("What do you call someone who does this?", "What is a person who does this called?"))
        yield Question(SPORTS, wording, NAMES_OF_DOERS[people[0].pose])


def _about_things(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in told_by_colour(scene):
        object_ = f"the {thing.colour} {draw.choice(('object', 'thing'))}"
        if thing.category in USES:
            yield Question(OBJECTS, f"What is {object_} used for?", USES[thing.category])
        if thing.category in MATERIALS:
            yield Question(OBJECTS, f"What is {object_} most likely made of?", MATERIALS[thing.category])


def _annotation(q: Question, draw: random.Random) -> dict:
    return {
        "answer_type": "other",
        "question_type": q.question_type,
        "answers": _answers(q.answers, draw),
        "confidence": draw.choice((3, 4, 5)),
    }


def _answers(right: tuple[str, ...], draw: random.Random) -> list[dict]:
    """Five people's answers, each twice; if there are two right ones, people may be divided evenly."""
    said = [right[0]] * PEOPLE
    if len(right) > 1 and draw.random() < DIVIDED:
        said = [*right, *right, right[0] if draw.random() < 0.5 else "not sure"]
    elif draw.random() < UNSURE:
        said[-1] = "not sure"
    found = []
    for answer in draw.sample(said, PEOPLE):
        one = {"raw_answer": draw.choice((answer, answer, capital(answer), f"{answer} ")), "answer": answer}
        one["answer_confidence"] = "no" if answer == "not sure" else draw.choice(("yes", "yes", "maybe"))
        found += [{"answer_id": len(found) + n, **one} for n in (1, 2)]
    return found
