"""MEDIC in miniature: drawn disasters, and pictures without any, each with four labels."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image

from workflow_scripts.miniature import disasters, drawing
from workflow_scripts.miniature.archives import write_tar
from workflow_scripts.miniature.scenes import scene
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("medic",)  # sizes of config.miniature
COLUMNS = ("image_id", "event_name", "image_path", "damage_severity", "informative", "humanitarian", "disaster_types")
SPLITS = {"train": 2, "dev": 0.5, "test": 1}  # how many times the size each has
TYPES = (*disasters.DISASTERS, "not_disaster", "not_disaster")  # they take turns
HARMLESS = ("peace", "scene", "relief", "scene")  # what is seen where there is no disaster; they take turns, too
TWEETS = 917_790_000_000_000_000  # ids of pictures from there are a tweet's with a number behind


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write MEDIC.tar.gz, with sizes["medic"] pictures to test and twice as many to train on."""
    files: list[tuple[str, bytes]] = [("LICENSE_CC_BY_NC_SA_4.0.txt", b"Drawn, no rights reserved.\n")]
    for split, times in SPLITS.items():
        lines = ["\t".join(COLUMNS)]
        for row, picture in _rows(seed, split, max(int(sizes["medic"] * times), len(TYPES))):
            lines.append("\t".join(row[column] for column in COLUMNS))
            files.append((row["image_path"], drawing.jpeg(picture)))
        files.append((f"MEDIC_{split}.tsv", ("\n".join(lines) + "\n").encode()))
    write_tar(folder / "MEDIC.tar.gz", files)


def _rows(seed: int, split: str, count: int) -> Iterator[tuple[dict[str, str], Image.Image]]:
    """(row, picture); severities take turns as well, so that every label occurs early."""
    for index in range(count):
        turn, place = divmod(index, len(TYPES))
        kind, severity = TYPES[place], disasters.SEVERITIES[(turn + place) % len(disasters.SEVERITIES)]
        shown = kind
        if kind == "not_disaster":
            shown, severity = HARMLESS[(2 * turn + place) % len(HARMLESS)], disasters.SEVERITIES[0]
        labels = {"damage_severity": severity, "disaster_types": kind, **_use(shown, severity)}
        yield {**_names(split, index, labels), **labels}, _picture(seed, split, index, shown, severity)


def _picture(seed: int, split: str, index: int, shown: str, severity: str) -> Image.Image:
    if shown == "scene":
        return drawing.draw(scene(seed, f"medic {split}", index))
    return disasters.draw(shown, severity, random.Random(keyed_number("miniature medic", seed, split, index)))


def _use(shown: str, severity: str) -> dict[str, str]:
    """What the picture tells those who help: damage, or that help has come."""
    humanitarian = "not_humanitarian"
    if shown == "relief":
        humanitarian = "rescue_volunteering_or_donation_effort"
    elif severity != disasters.SEVERITIES[0]:
        humanitarian = "infrastructure_and_utility_damage"
    useful = shown not in HARMLESS or shown == "relief"
    return {"informative": "informative" if useful else "not_informative", "humanitarian": humanitarian}


def _names(split: str, index: int, labels: Mapping[str, str]) -> dict[str, str]:
    """Id, event and path; every third picture comes from a source that names the label in the path."""
    event = f"some_{labels['disaster_types']}_{split}"
    if index % 3 == 0:
        path = f"data/DamageImages/{event}/{event}_{labels['damage_severity']}_im_{index}.jpg"
        return {"image_id": str(index), "event_name": event, "image_path": path}
    tweet = f"{TWEETS + index}_0"
    path = f"data/tweets/data_image/{event}/{10 + index % 3}_11_2017/{tweet}.jpg"
    return {"image_id": tweet, "event_name": event, "image_path": path}
