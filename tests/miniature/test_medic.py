"""MEDIC in miniature: the native table, every label, and pictures that show what the labels say."""

import csv
import io
import tarfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from tests.conftest import load_config
from workflow_scripts.datasets.medic import LABELS
from workflow_scripts.miniature import medic


def build(folder, sizes: dict) -> dict[str, bytes]:
    """Every member of the archive, by its name."""
    medic.write(0, sizes, folder)
    with tarfile.open(folder / "MEDIC.tar.gz") as archive:
        return {m.name: archive.extractfile(m).read() for m in archive}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    return build(tmp_path_factory.mktemp("medic"), load_config()["miniature"])


def table(files: dict[str, bytes], split: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(files[f"MEDIC_{split}.tsv"].decode()), delimiter="\t"))


def test_native_form(files):
    paths = [row["image_path"] for split in medic.SPLITS for row in table(files, split)]
    assert len(set(paths)) == len(paths)
    assert set(files) == {*paths, *(f"MEDIC_{s}.tsv" for s in medic.SPLITS), "LICENSE_CC_BY_NC_SA_4.0.txt"}
    assert {path.split("/")[0] for path in paths} == {"data"}
    assert {path.count("/") for path in paths} == {3, 5}
    assert any("_mild_im_" in path for path in paths)


@pytest.mark.parametrize("overlays", [(), ("smoke.yaml",)])
def test_every_label_occurs_in_the_test_split(tmp_path, overlays):
    rows = table(build(tmp_path, load_config(*overlays)["miniature"]), "test")
    for column, labels in LABELS.items():
        assert {row[column] for row in rows} == set(labels)


def test_no_label_is_rare(files):
    rows = table(files, "train")
    for column, labels in LABELS.items():
        counts = Counter(row[column] for row in rows)
        assert min(counts[label] for label in labels) > 0.1 * len(rows), column


def test_higher_water_is_more_severe(files):
    water = {"little_or_none": [], "mild": [], "severe": []}
    for row in table(files, "test"):
        if row["disaster_types"] == "flood":
            pixels = np.asarray(Image.open(io.BytesIO(files[row["image_path"]])), int)
            water[row["damage_severity"]].append((np.abs(pixels - (70, 130, 190)).sum(2) < 30).mean())
    assert max(water["little_or_none"]) < min(water["mild"])
    assert max(water["mild"]) < min(water["severe"])
