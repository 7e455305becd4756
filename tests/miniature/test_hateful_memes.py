"""Hateful Memes in miniature: the native files, readable lines, and labels that the text alone decides."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.conftest import load_config
from workflow_scripts.miniature import hateful_memes
from workflow_scripts.miniature.scenes import scene


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """Every member of the archive, by its name."""
    folder = tmp_path_factory.mktemp("hateful_memes")
    hateful_memes.write(0, load_config()["miniature"], folder)
    with zipfile.ZipFile(folder / "hateful_memes.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lines(files: dict[str, bytes], split: str) -> list[dict]:
    return [json.loads(line) for line in files[f"{split}.jsonl"].splitlines()]


def test_native_form(files):
    found = {split: lines(files, split) for split in hateful_memes.SPLITS}
    assert len(found["train"]) == len(found["test_unseen"]) == load_config()["miniature"]["hateful_memes"]
    named = {row["img"] for split in found.values() for row in split}
    assert set(files) == {*named, *(f"{split}.jsonl" for split in found), "LICENSE.txt"}
    assert all(row["img"] == f"img/{row['id']:05d}.png" for split in found.values() for row in split)
    ids = {split: {row["id"] for row in rows} for split, rows in found.items()}
    assert ids["dev_seen"] & ids["dev_unseen"] not in (ids["dev_seen"], set())
    assert not any("label" in row for row in found["test_seen"])


def test_texts_are_short_and_lower_case(files):
    texts = [row["text"] for row in lines(files, "test_unseen")]
    assert all(text == text.lower() for text in texts)
    assert max(len(line) for text in texts for line in text.split("  ")) <= 20
    assert 0.5 < sum("  " in text for text in texts) / len(texts) < 1


@pytest.mark.parametrize("split", ["train", "dev_unseen", "test_unseen"])
def test_half_of_them_say_boo_but_not_to_people(files, split):
    found = lines(files, split)
    assert all((row["text"].split()[0] == "boo") == bool(row["label"]) for row in found)
    assert 0.4 < sum(row["label"] for row in found) / len(found) < 0.6
    assert not any(row["label"] and "person" in row["text"] for row in found)


def test_lines_speak_of_what_is_shown(files):
    for row in lines(files, "test_unseen"):
        shown = scene(0, "hateful memes", row["id"])
        assert any(row["text"].endswith(name) for name in (*shown.categories, shown.place))


def test_a_line_covers_nothing_of_the_scene(files):
    for row in lines(files, "test_unseen")[:20]:
        shown, bands = scene(0, "hateful memes", row["id"]), row["text"].count("  ") + 1
        picture = np.asarray(Image.open(io.BytesIO(files[row["img"]])).convert("L"))
        assert picture.shape == (shown.height + bands * hateful_memes.BAND, shown.width)
        below = picture[-hateful_memes.BAND :]
        assert 0.05 < (below < 128).mean() < 0.4, row
