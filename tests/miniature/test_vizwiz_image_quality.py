"""The miniature VizWiz: native form, every flaw among the winners, and pictures that look spoilt."""

import io
import json
import zipfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from tests.conftest import load_config
from workflow_scripts.miniature import vizwiz_image_quality as vizwiz

CODES = {"FRM", "BLR", "DRK", "BRT", "OBS", "OTH", "NON", "ROT"}


def written(folder, size: int) -> tuple[dict[str, list], dict[str, bytes]]:
    """(votes by split, pictures by path)"""
    vizwiz.write(0, {"vizwiz_image_quality": size}, folder)
    pictures = {}
    for split in ("train", "val"):
        with zipfile.ZipFile(folder / f"{split}.zip") as archive:
            pictures |= {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(folder / "annotations.zip") as archive:
        assert archive.namelist() == ["test.json", "train.json", "val.json"]
        votes = {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}
    return votes, pictures


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return written(tmp_path_factory.mktemp("vizwiz"), load_config()["miniature"]["vizwiz_image_quality"])


def winners(row: dict) -> list[str]:
    most = max(row["flaws"].values())
    return [code for code, votes in row["flaws"].items() if votes == most]


def test_native_form(world):
    votes, pictures = world
    assert all(list(row) == ["image"] for row in votes["test"])
    for split in ("train", "val"):
        named = {f"{split}/{row['image']}" for row in votes[split]}
        assert len(named) == len(votes[split])
        assert len({name for name in pictures if name.startswith(split)} - named) == 1
        for row in votes[split]:
            assert list(row) == ["flaws", "image", "unrecognizable"]
            assert set(row["flaws"]) == CODES
            assert all(0 <= v <= 5 for v in (*row["flaws"].values(), row["unrecognizable"]))


def test_every_flaw_wins_as_often_and_some_votes_are_tied(world):
    rows = [row for split in ("train", "val") for row in world[0][split]]
    clear = Counter(w[0] for w in map(winners, rows) if len(w) == 1)
    assert set(clear) == CODES
    assert max(clear.values()) <= 1.5 * min(clear.values())
    assert 5 <= sum(len(winners(row)) > 1 for row in rows) <= 20


def test_votes_agree_with_the_pictures(world):
    votes, pictures = world
    light, sharpness = {}, {}
    for row in votes["train"]:
        picture = np.asarray(Image.open(io.BytesIO(pictures[f"train/{row['image']}"])).convert("L"), float)
        [code, *tied] = winners(row)
        if not tied:
            light.setdefault(code, []).append(picture.mean())
            sharpness.setdefault(code, []).append(np.abs(np.diff(picture)).max())
    assert max(light["DRK"]) < min(v for code, values in light.items() if code != "DRK" for v in values)
    assert np.mean(light["BRT"]) > max(np.mean(v) for code, v in light.items() if code != "BRT") + 20
    assert max(sharpness["BLR"]) < min(v for code in ("NON", "FRM", "OBS", "OTH", "ROT") for v in sharpness[code])


def test_smallest_world(tmp_path):
    votes, _ = written(tmp_path, load_config("smoke.yaml")["miniature"]["vizwiz_image_quality"])
    for split in ("train", "val"):
        assert sum(len(winners(row)) == 1 for row in votes[split]) >= 3
