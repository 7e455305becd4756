"""TextVQA in miniature: questions about pictures of signs with ten answers each, and the words on the signs."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.miniature import drawing
from workflow_scripts.miniature.archives import write_json, write_zip
from workflow_scripts.miniature.language import NUMBERS
from workflow_scripts.miniature.signs import Sign, SignPicture, sign_picture
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("textvqa",)  # sizes of config.miniature
SPLITS = ("train", "val")  # every other picture
QUESTIONS = 2  # a picture, at most
FIRST_ID = {"train": 0, "val": 34_602}  # question ids
IDS_PER_IMAGE = 10
PEOPLE = 10
DIVIDED, MISTAKEN, STRAY_BLANK = 0.25, (0, 0, 1, 1, 2, 3), 0.05  # ties; answers that differ; shares of answers
UNANSWERABLE = "unanswerable"
NO_READING = "answering does not require reading text in the image"


@dataclass(frozen=True)
class Question:
    question: str  # lower case
    answer: str
    other: str | None = None  # as right as the answer
    wrong: tuple[str, ...] = (UNANSWERABLE,)


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write the question and OCR files of both splits and train_val_images.zip, of sizes["textvqa"] pictures."""
    pictures: list[tuple[str, bytes]] = []
    asked: dict[str, list[dict]] = {split: [] for split in SPLITS}
    scanned: dict[str, list[dict]] = {split: [] for split in SPLITS}
    for index in range(sizes["textvqa"]):
        picture, split = sign_picture(seed, "textvqa", index), SPLITS[index % len(SPLITS)]
        image_id = image_id_of(index)
        pictures.append((f"train_images/{image_id}.jpg", drawing.jpeg(picture.draw())))
        draw = random.Random(keyed_number("miniature textvqa", seed, index))
        possible = list(questions(picture, draw))
        for number, q in enumerate(draw.sample(possible, min(QUESTIONS, len(possible)))):
            question_id = FIRST_ID[split] + index * IDS_PER_IMAGE + number
            asked[split].append(_question(q, question_id, image_id, picture, split, draw))
        scanned[split].append(_words(picture, image_id))
    for split in SPLITS:
        scanned[split].sort(key=lambda s: s["image_id"])  # not the questions' order
        about = {"dataset_type": split, "dataset_name": "textvqa", "dataset_version": "0.5.1"}
        write_json(folder / f"TextVQA_0.5.1_{split}.json", {**about, "data": asked[split]})
        write_json(folder / f"TextVQA_Rosetta_OCR_v0.2_{split}.json", {**about, "data": scanned[split]})
    write_zip(folder / "train_val_images.zip", pictures)


def image_id_of(index: int) -> str:
    return f"{keyed_number('miniature textvqa image', index):016x}"


def questions(picture: SignPicture, draw: random.Random) -> Iterator[Question]:
    """What can be asked about the signs; now and then what nobody can read there."""
    signs = picture.signs
    others = {kind: [s.text.lower() for s in signs if s.kind == kind] for kind in ("word", "letter", "number")}
    for sign in signs:
        wrong = tuple(t for t in others["word"] if t != sign.text.lower()) or (UNANSWERABLE,)
        thing = f"{sign.colour} sign" if len(signs) > 1 or draw.random() < 0.5 else "sign"
        wording = draw.choice(("what does the {} say?", f"what {sign.kind} is on the {{}}?", "what is on the {}?"))
        yield Question(wording.format(thing), *_spellings(sign), wrong)
        if len(signs) > 1:
            colours = tuple(s.colour for s in signs if s is not sign)
            yield Question(f"what color is the sign that says {sign.text.lower()}?", sign.colour, None, colours)
    if len(signs) > 1:
        for place, sign in (("top", signs[0]), ("bottom", signs[-1])):
            wrong = tuple(s.text.lower() for s in signs if s is not sign)
            yield Question(f"what is written on the {place} sign?", *_spellings(sign), wrong)
    if not signs or draw.random() < 0.1:
        yield Question("what is the phone number?", UNANSWERABLE, None, ("0",))
    if draw.random() < 0.05:
        yield Question("is this a photo of a person?", "no", NO_READING)


def _spellings(sign: Sign) -> tuple[str, str | None]:
    """What the sign says, and how else people put that."""
    text = sign.text.lower()
    if sign.kind == "number":
        return text, NUMBERS[int(text)] if int(text) < len(NUMBERS) else f"number {text}"
    return text, f"letter {text}" if sign.kind == "letter" else None


def _question(
    q: Question, question_id: int, image_id: str, picture: SignPicture, split: str, draw: random.Random
) -> dict:  # fmt: skip
    flickr_id = int(image_id, 16) % 10**10
    return {
        "question": q.question,
        "image_id": image_id,
        "image_classes": ["Traffic sign"] if picture.signs else [],
        "flickr_original_url": f"https://farm.miniature.invalid/300/{flickr_id}_drawn_o.jpg",
        "flickr_300k_url": f"https://farm.miniature.invalid/300/{flickr_id}_drawn_z.jpg",
        "image_width": picture.background.width,
        "image_height": picture.background.height,
        "answers": _answers(q, draw),
        "question_tokens": q.question.removesuffix("?").split(),
        "question_id": question_id,
        "set_name": split,
    }


def _answers(q: Question, draw: random.Random) -> list[str]:
    """Ten people's: they agree, or some are mistaken, or two spellings are as frequent."""
    if q.other and draw.random() < DIVIDED:
        said = [q.answer, q.other] * (PEOPLE // 2)
    else:
        mistaken = draw.choice(MISTAKEN)
        said = [q.answer] * (PEOPLE - mistaken) + [draw.choice(q.wrong) for _ in range(mistaken)]
    return [f"{answer} " if draw.random() < STRAY_BLANK else answer for answer in draw.sample(said, PEOPLE)]


def _words(picture: SignPicture, image_id: str) -> dict:
    """What an OCR system that makes no mistake reads, boxes in shares of the picture."""
    width, height = picture.background.width, picture.background.height
    found = []
    for sign in picture.signs:
        x0, y0, x1, y1 = sign.text_box
        box = {"top_left_x": x0 / width, "top_left_y": y0 / height}
        box |= {"width": (x1 - x0) / width, "height": (y1 - y0) / height}
        angles = {"rotation": float(-sign.angle), "roll": 0.0, "pitch": 0.0, "yaw": 0.0}
        found.append({"word": sign.text, "bounding_box": {**box, **angles}})
    return {"image_id": image_id, "ocr_tokens": [s.text for s in picture.signs], "ocr_info": found}
