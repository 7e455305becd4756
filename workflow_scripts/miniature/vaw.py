"""VAW in miniature: attributes that things of Visual Genome's scenes have and have not."""

import random
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from workflow_scripts.miniature.archives import write_json
from workflow_scripts.miniature.kinds import COLOURS, MOODS, PATTERNS, POSES
from workflow_scripts.miniature.questions import SHAPES
from workflow_scripts.miniature.scenes import Thing, within
from workflow_scripts.miniature.universes import visual_genome_pictures
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import Region

DEPENDS_ON = ("vaw", "visual_genome", "mscoco_train", "mscoco_val")  # sizes of config.miniature
VAL_EVERY, VAL = 8, 3  # of so many pictures, the one in val; the others are in the two parts of train by turns
TYPES = {
    "color": tuple(COLOURS),
    "pattern": ("plain", *PATTERNS),
    "shape": SHAPES,
    "size": ("large", "small", "tiny"),
    "mood": MOODS,
    "pose": POSES,
}
UNTYPED = "drawn"  # an attribute that the file of types does not list
NO_POSITIVE, NO_NEGATIVE, NO_POLYGON = 0.04, 0.06, 0.15  # shares of instances


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write the files of the repository's data folder; at most sizes["vaw"] of Visual Genome's pictures."""
    files: dict[str, list[dict]] = {name: [] for name in ("train_part1", "train_part2", "val")}
    for index, picture in enumerate(islice(visual_genome_pictures(seed, sizes), sizes["vaw"])):
        draw = random.Random(keyed_number("miniature vaw", seed, picture.image_id))
        name = "val" if index % VAL_EVERY == VAL else f"train_part{1 + index % 2}"
        # the second part has whole numbers for ids, the others have texts
        kind = int if name == "train_part2" else str
        for number, (what, box, traits) in enumerate(_described(picture.scene.things)):
            ids = {"image_id": kind(picture.image_id), "instance_id": kind(f"{picture.image_id}{number:03}")}
            files[name].append({**ids, **_instance(what, box, traits, draw)})
    for name, instances in files.items():
        write_json(folder / f"{name}.json", instances)
    write_json(folder / "attribute_types.json", TYPES)


def _described(things: tuple[Thing, ...]) -> Iterator[tuple[str, Region, dict[str, str]]]:
    """(name, box, {type: attribute}) of each thing, and of people's shirts; what has a pattern has two colours."""
    for thing in things:
        traits = {"size": thing.size}
        if thing.category == "person":
            yield thing.category, thing.box, {**traits, "mood": thing.mood, "pose": thing.pose}
            yield "shirt", within(thing.box, thing.kind.part.box), {"color": thing.colour}
            continue
        if thing.kind.shape:
            traits["shape"] = thing.kind.shape
        if thing.kind.patterned and thing.size == "large":
            traits["pattern"] = thing.pattern
        if thing.pattern == "plain":
            traits["color"] = thing.colour
        yield thing.category, thing.box, traits


def _instance(what: str, box: Region, traits: dict[str, str], draw: random.Random) -> dict:
    """Some of what is true and some of what is not, of the same types; the rest is left open, as annotators do."""
    chosen = draw.sample(sorted(traits), draw.randint(1, len(traits)))
    positive = [traits[kind] for kind in chosen] + [UNTYPED] * (draw.random() < 0.05)
    negative = []
    for kind in chosen:
        untrue = [name for name in TYPES[kind] if name != traits[kind]]
        negative += draw.sample(untrue, min(draw.randint(2, 5), len(untrue)))
    x0, y0, x1, y1 = box
    lists = draw.random()
    return {
        "instance_bbox": [x0, y0, x1 - x0, y1 - y0],
        "instance_polygon": None if draw.random() < NO_POLYGON else [[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]],
        "object_name": what,
        "positive_attributes": [] if lists < NO_POSITIVE else positive,
        "negative_attributes": [] if 1 - lists < NO_NEGATIVE else draw.sample(negative, len(negative)),
    }
