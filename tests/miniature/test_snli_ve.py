"""SNLI-VE in miniature: SNLI's native form, and sentences whose labels the scenes bear out."""

import json
import re
import tarfile
import zipfile
from collections import Counter

import pytest

from workflow_scripts.miniature import snli_ve
from workflow_scripts.miniature.kinds import COLOURS, KINDS, MOODS
from workflow_scripts.miniature.scenes import Scene, scene_with_things

COUNT = 120
TEXTS = [f"sentence{n}{end}" for n in (1, 2) for end in ("", "_binary_parse", "_parse")]
KEYS = ["annotator_labels", "captionID", "gold_label", "pairID", *TEXTS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("snli_ve")
    snli_ve.write(0, {"snli_ve": COUNT}, folder)
    return folder


@pytest.fixture(scope="module")
def parts(folder) -> dict[str, list[dict]]:
    archive = zipfile.ZipFile(folder / "snli_1.0.zip")
    names = {part: f"snli_1.0/snli_1.0_{part}.jsonl" for part in ("dev", "test", "train")}
    assert archive.namelist() == list(names.values())
    return {part: [json.loads(line) for line in archive.read(name).splitlines()] for part, name in names.items()}


def test_native_form(parts):
    for part, rows in parts.items():
        assert len({row["pairID"] for row in rows}) == len(rows) > 20
        for row in rows:
            assert list(row) == KEYS
            assert row["pairID"].startswith(f"{row['captionID']}r1")
            assert len(row["annotator_labels"]) == 5 or part == "train"
            [(label, count), *_] = Counter(row["annotator_labels"]).most_common()
            assert row["gold_label"] == (label if count != 2 else "-")
    rows = [row for part in parts.values() for row in part]
    assert sum(row["gold_label"] == "-" for row in rows) > 5
    assert sum(row["pairID"].startswith("vg_") for row in parts["train"]) > 5


def test_lists_and_pictures(folder, parts):
    texts = [(folder / f"flickr30k_{name}.lst").read_text() for name in ("train_val", "test")]
    assert not any(text.endswith("\n") for text in texts)
    train_val, test = (text.split("\n") for text in texts)
    assert (len(train_val), len(test)) == (COUNT // 5, COUNT - COUNT // 5)
    with tarfile.open(folder / "flickr30k_images.tar.gz") as archive:
        assert set(archive.getnames()) == {f"flickr30k_images/{i}.jpg" for i in train_val + test}
    for rows in parts.values():  # a picture of the test list may be in any part of SNLI
        assert {row["pairID"].partition(".jpg")[0] for row in rows} & set(test)


@pytest.fixture(scope="module")
def pairs(parts) -> list[tuple[Scene, str, str]]:
    """(scene, label, sentence): the label is the intended one, whatever people said."""
    ids = [str(snli_ve.FIRST_ID + snli_ve.ID_STEP * index) for index in range(COUNT)]
    scenes = {image_id: scene_with_things(0, "flickr30k", index) for index, image_id in enumerate(ids)}
    rows = [row for rows in parts.values() for row in rows if not row["pairID"].startswith("vg_")]
    return [(scenes[r["pairID"].partition(".jpg")[0]], r["pairID"][-1], r["sentence2"]) for r in rows]


def test_labels_are_true(pairs):
    checked = Counter()
    for shown, label, sentence in pairs:
        present = re.fullmatch(r"There is (no|an?) (.+) in the picture\.", sentence)
        coloured = re.fullmatch(rf"An? ({'|'.join(COLOURS)}) ({'|'.join(KINDS)}) can be seen\.", sentence)
        mood = re.fullmatch(rf"Somebody looks ({'|'.join(MOODS)})\.", sentence)
        if present:
            holds = (present[2] in shown.categories) == (present[1] != "no")
        elif coloured:
            holds = any((t.colour, t.category) == coloured.groups() for t in shown.things)
        elif mood:
            holds = any(t.mood == mood[1] for t in shown.things)
        else:
            continue
        assert label == ("e" if holds else "c")
        checked["present" if present else "coloured" if coloured else "mood", holds] += 1
    assert len(checked) == 6
    assert min(checked.values()) > 2


def test_wording_does_not_give_the_label_away(pairs):
    """What no picture tells is neutral of what is there; of what is not there, it is false and its denial true."""
    untold = "|".join((*snli_ve.OF_PEOPLE, *snli_ve.OF_THINGS))
    labels: dict[str, Counter] = {"No": Counter(), "A": Counter(), "shown": Counter()}
    for shown, label, sentence in pairs:
        if said := re.fullmatch(rf"(No|A)n? (.+) here ({untold})\.", sentence):
            elsewhere = "e" if said[1] == "No" else "c"
            assert label == ("n" if said[2] in shown.categories else elsewhere)
        labels[said[1] if said else "shown"][label] += 1
    assert {wording: set(counts) for wording, counts in labels.items()} == {
        "No": {*"en"},
        "A": {*"cn"},
        "shown": {*"ec"},
    }
    assert all(max(counts.values()) < 0.6 * counts.total() for counts in labels.values())
