"""WikiHow in miniature: articles of two methods, whose pictures show what was done so far."""

import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import drawing
from workflow_scripts.miniature.archives import json_bytes, write_json, write_tar
from workflow_scripts.miniature.kinds import COLOURS
from workflow_scripts.miniature.procedures import PROCEDURES, Procedure, Stage, draw, headline
from workflow_scripts.miniature.scenes import PICTURE_SIDES
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("wikihow",)  # sizes of config.miniature
SPLITS = ("train", "train", "train", "train", "val", "test")  # articles take turns
FIRST_ID, ID_STEP = 100_001, 37
WITHOUT_METHODS, WITH_LOST_PICTURE = 7, 14  # indexes of an article each
COLOURED = tuple(colour for colour in COLOURS if colour not in ("white", "black", "orange"))  # "a ..."
PAUSE = "Take a short break."  # said twice in a method, and never pictured
PAUSES, SHORTER, NO_PICTURE = 0.15, 0.3, 0.1  # shares of methods, of methods, of steps


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write wikihow.tar.gz and wikihow_split.json, with sizes["wikihow"] articles."""
    files: list[tuple[str, bytes]] = []
    lists: dict[str, list[str]] = {split: [] for split in SPLITS}
    for index in range(sizes["wikihow"]):
        name, article = _article(seed, index)
        lists[SPLITS[index % len(SPLITS)]].append(name)
        files += [(f"data/{name}/{path}", content) for path, content in article.items()]
    write_tar(folder / "wikihow.tar.gz", files)
    write_json(folder / "wikihow_split.json", lists)


def _article(seed: int, index: int) -> tuple[str, dict[str, bytes]]:
    """The folder's name, and the files in it."""
    procedure = PROCEDURES[index % len(PROCEDURES)]
    name = f"{FIRST_ID + ID_STEP * index}_{procedure.goal.replace(' ', '-')}"
    about = {"goal": f"How to {procedure.goal.title()}", "description": f"This shows how to {procedure.goal}."}
    if index == WITHOUT_METHODS:
        return name, {"wikihow.json": json_bytes({**about, "parts": []})}
    choose = random.Random(keyed_number("miniature wikihow", seed, index))
    methods, files = [], {}
    for number, colour in enumerate(choose.sample(COLOURED, 2)):
        method, pictures = _method(procedure, colour, number, choose)
        methods.append(method)
        files |= pictures
    if index == WITH_LOST_PICTURE:
        files.popitem()
    return name, {**files, "wikihow.json": json_bytes({**about, "methods": methods})}


def _method(
    procedure: Procedure, colour: str, number: int, choose: random.Random
) -> tuple[dict, dict[str, bytes]]:  # fmt: skip
    """A method and its pictures; of a second one, one stage may be left out."""
    size = choose.randint(*PICTURE_SIDES), choose.randint(*PICTURE_SIDES)
    stages: list[Stage | None] = list(procedure.stages)
    if number and choose.random() < SHORTER:
        del stages[procedure.spare]
    if choose.random() < PAUSES:  # None: a pause
        stages = [*stages[:2], None, *stages[2:-1], None, stages[-1]]
    steps, files, done = [], {}, ()
    for place, stage in enumerate(stages):
        if stage is None:
            steps.append({"headline": PAUSE, "description": "", "img": None})
            continue
        done += (stage,)
        picture = f"method_{number}_step_{place}.jpg"
        if choose.random() < NO_PICTURE:
            picture = choose.choice(("", None))
        else:
            files[f"image/{picture}"] = drawing.jpeg(draw(procedure, colour, done, size))
        steps.append({"headline": headline(stage, colour, choose), "description": "", "img": picture})
    return {"name": procedure.method.format(colour=colour.title()), "steps": steps}, files
