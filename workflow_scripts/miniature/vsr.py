"""VSR in miniature: of two things of a COCO picture, a statement that holds and its opposite."""

import random
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from workflow_scripts.files import write_text
from workflow_scripts.miniature.archives import json_lines
from workflow_scripts.miniature.relations import relations
from workflow_scripts.miniature.scenes import Scene, Thing
from workflow_scripts.miniature.universes import COCO_SIZES, Picture, coco_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("vsr", "mscoco_train", "mscoco_val")  # sizes of config.miniature
EVERY = 4  # every fourth COCO picture is asked about
PAIRS = 2  # of things in a picture, at most
VAL_2017_EVERY = 29  # every so many of the pictures are in val2017; that split is another than 2014's
CUT_SUBJECTS = 0.05  # share of rows whose `subj` has lost its first letter
FAR = 0.4  # of the picture's diagonal, between boxes that are far from each other

OPPOSITE = {
    "left of": "right of",
    "right of": "left of",
    "above": "below",
    "below": "above",
    "in front of": "behind",
    "behind": "in front of",
    "next to": "far away from",
    "far away from": "next to",
}
WORDINGS = {
    "left of": ("left of", "at the left side of"),
    "right of": ("right of", "at the right side of"),
    "above": ("above", "over"),
    "below": ("below", "under", "beneath"),
    "next to": ("next to", "beside", "close to"),
    "far away from": ("far away from", "far from"),
}


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write test.jsonl: sizes["vsr"] statements, or fewer if there are too few pictures."""
    rows = [row for _, row in zip(range(sizes["vsr"]), _rows(seed, sizes))]
    rows.sort(key=lambda row: keyed_number("miniature vsr order", seed, row["image"], row["caption"]))
    write_text(folder / "test.jsonl", json_lines(rows).decode())


def _rows(seed: int, sizes: Mapping[str, int]) -> Iterator[dict]:
    """In pairs of one true and one false statement about the same two things."""
    for split, size in COCO_SIZES.items():
        for picture in islice(coco_pictures(seed, split, sizes[size]), 0, None, EVERY):
            draw = random.Random(keyed_number("miniature vsr", seed, picture.image_id))
            for true, subject, object_ in _related(picture.scene, draw):
                yield _row(picture, true, subject, object_, 1, draw)
                yield _row(picture, OPPOSITE[true], subject, object_, 0, draw)


def _related(scene: Scene, draw: random.Random) -> list[tuple[str, Thing, Thing]]:
    """(relation, a, b) for pairs of things that their category alone tells apart from all others."""
    things = [t for t in scene.things if scene.of(t.category) == [t]]
    pairs = [(a, b) for a in things for b in things if a is not b]
    found = {}
    for a, b in draw.sample(pairs, len(pairs)):
        if (held := [*relations(scene, a, b), *_far(scene, a, b)]) and frozenset((a, b)) not in found:
            found[frozenset((a, b))] = draw.choice(held), a, b
    return list(found.values())[:PAIRS]


def _far(scene: Scene, a: Thing, b: Thing) -> list[str]:
    gaps = [max(a.box[axis] - b.box[axis + 2], b.box[axis] - a.box[axis + 2], 0) for axis in (0, 1)]
    return ["far away from"] if sum(g * g for g in gaps) > FAR**2 * (scene.width**2 + scene.height**2) else []


def _row(picture: Picture, relation: str, subject: Thing, object_: Thing, label: int, draw: random.Random) -> dict:
    wording = draw.choice(WORDINGS.get(relation, (relation,)))
    name = f"{picture.image_id:012d}.jpg"
    split = "val2017" if keyed_number("miniature 2017", picture.image_id) % VAL_2017_EVERY == 0 else "train2017"
    annotator, *validators = draw.sample(range(60), 4)
    dissenters = draw.choice((0, 0, 1))
    votes = validators[dissenters:], validators[:dissenters]
    true, false = votes if label else reversed(votes)
    return {
        "image": name,
        "image_link": f"http://miniature.invalid/{split}/{name}",
        "caption": f"The {subject.category} is {wording} the {object_.category}.",
        "label": label,
        "relation": wording,
        "subj": subject.category[1 if draw.random() < CUT_SUBJECTS else 0 :],
        "obj": object_.category,
        "annotator_id": annotator,
        "vote_true_validator_id": str(true),
        "vote_false_validator_id": str(false),
    }
