"""WikiHow in miniature: the native folders, and pictures in which a thing grows step by step."""

import io
import itertools
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

from tests.conftest import load_config
from workflow_scripts.miniature import wikihow
from workflow_scripts.miniature.procedures import PROCEDURES, draw


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """Every member of the archive by its name, and the lists."""
    folder = tmp_path_factory.mktemp("wikihow")
    wikihow.write(0, load_config()["miniature"], folder)
    with tarfile.open(folder / "wikihow.tar.gz") as archive:
        members = {m.name: archive.extractfile(m).read() for m in archive}
    return {**members, "lists": (folder / "wikihow_split.json").read_bytes()}


@pytest.fixture(scope="module")
def articles(files) -> dict[str, dict]:
    return {name.split("/")[1]: json.loads(text) for name, text in files.items() if name.endswith("wikihow.json")}


def steps(articles: dict[str, dict]) -> list[tuple[str, dict]]:
    return [(name, s) for name, a in articles.items() for m in a.get("methods", []) for s in m["steps"]]


def test_lists_share_out_the_articles(files, articles):
    lists = json.loads(files["lists"])
    assert list(lists) == ["train", "val", "test"]
    assert all(lists.values())
    assert sorted(name for names in lists.values() for name in names) == sorted(articles)


def test_variants_that_the_original_has(files, articles):
    assert sum("methods" not in a for a in articles.values()) == 1
    methods = [m for a in articles.values() for m in a.get("methods", [])]
    assert len(methods) == 2 * (len(articles) - 1)
    assert min(len(m["steps"]) for m in methods) >= 4
    assert any(len({s["headline"] for s in m["steps"]}) < len(m["steps"]) for m in methods)
    assert {s["img"] for _, s in steps(articles)} >= {"", None}
    named = [f"data/{name}/image/{s['img']}" for name, s in steps(articles) if s["img"]]
    assert [path for path in named if path not in files] == [named_in_lost(articles)]
    assert 0.75 < len(named) / len(steps(articles)) < 0.95


def named_in_lost(articles: dict[str, dict]) -> str:
    """The last picture of the article that has lost one."""
    name = list(articles)[wikihow.WITH_LOST_PICTURE]
    return [f"data/{n}/image/{s['img']}" for n, s in steps(articles) if s["img"] and n == name][-1]


def test_pictures_of_a_method_are_of_one_size(files, articles):
    for name, article in list(articles.items())[:10]:
        for method in article.get("methods", []):
            paths = [f"data/{name}/image/{s['img']}" for s in method["steps"] if s["img"]]
            assert len({Image.open(io.BytesIO(files[p])).size for p in paths if p in files}) == 1


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda p: p.goal)
def test_every_stage_adds_something_to_be_seen(procedure):
    states = [draw(procedure, "purple", procedure.stages[:n], (128, 128)) for n in range(len(procedure.stages) + 1)]
    for before, after in itertools.pairwise(states):
        changed = (np.abs(np.asarray(before, int) - np.asarray(after, int)).sum(2) > 60).mean()
        assert changed > 0.008
