"""Released models: asked for by a word, fetched, and taken by the stages that need them."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest
import torch

from tests.conftest import load_config
from tests.workflow_runs import copy_repository, finish
from workflow_scripts.config import check
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.files import sha256
from workflow_scripts.models.ofa.sizes import FILES as MODEL_FILES
from workflow_scripts.models.released import BPE, RELEASES, VQGAN, Release
from workflow_scripts.raw.files import File
from workflow_scripts.stages import initialise, released, tokenizer, vqgan
from workflow_scripts.stages.plan import Plan
from workflow_scripts.tokens.vocabulary import FILES as BPE_FILES
from workflow_scripts.tokens.vocabulary import Vocabulary

ALL_RELEASED = {
    "model": {"size": "ofa_tiny", "base": "released"},
    "tokens": {"files": "released"},
    "vqgan": {"files": "released"},
}


def plan(*overlays) -> Plan:
    return Plan(check(load_config(*overlays)))


def paths(names) -> list[Path]:
    return [Path(name) for name in names]


# --- asked for


def test_a_dry_run_of_the_paper_names_every_file_to_be_fetched(tmp_path):
    """None of them is here, and none is asked for."""
    said = finish(
        copy_repository(tmp_path),
        "-n",
        "results/report.html",
        "--config",
        "tasks={extra: all}",
        config="configs/paper.yaml",
    )
    files = [file for dataset in dataset_ids() for file in load_dataset(dataset).files]
    files += [file for release in ("ofa_large", BPE, VQGAN) for file in RELEASES[release].files]
    for file in files:
        addresses = f"by hand from {file.page}" if file.page else " or ".join(file.urls)
        assert re.search(rf"^    {re.escape(file.name)}, [^,]*.*, {re.escape(addresses)}$", said, re.MULTILINE), (
            file.name
        )
    for job in ("read_vcr", "train_ofa_seqinstruct", "initialise", "tokenizer", "vqgan"):
        assert re.search(rf"^rule {job}:", said, re.MULTILINE)


def test_the_port_of_a_checkpoint():
    found = plan(ALL_RELEASED, {"model": {"size": "ofa_huge", "base": "released_port"}})
    folder = "results/released/ofa_huge_port"
    assert found.base == [f"{folder}/config.json", f"{folder}/pytorch_model.bin"]


def test_the_size_of_the_released_vqgan_is_known_before_it_is_fetched(tmp_path):
    (tmp_path / "last.ckpt").touch()
    (tmp_path / "model.yaml").write_text("model: {params: {ddconfig: {resolution: 256, ch_mult: [1, 1, 2, 4]}}}")
    there = plan({"vqgan": {"files": str(tmp_path)}})
    assert plan(ALL_RELEASED).initialisation == there.initialisation == '{"code_image_size": 256}'
    assert [Path(p).name for p in plan(ALL_RELEASED).released_vqgan] == [Path(p).name for p in there.released_vqgan]


@pytest.mark.parametrize(
    ("mirror", "asked", "inputs"),
    [
        ("miniature", None, []),
        ("official", None, []),
        ("https://mirror.example/raw", "https://mirror.example/raw", []),
        ("folder", "folder", [f"folder/{VQGAN}/last.ckpt", f"folder/{VQGAN}/model.yaml"]),
    ],
)
def test_the_mirror_holds_for_released_models_too(mirror, asked, inputs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("last.ckpt", "model.yaml"):
        Path("folder", VQGAN).mkdir(parents=True, exist_ok=True)
        Path("folder", VQGAN, name).touch()
    found = plan(ALL_RELEASED, {"raw": {"mirror": mirror}})
    assert found.release_mirror == asked
    assert found.release_inputs(VQGAN) == inputs
    apart = found.release_archives(VQGAN).split("/")[2]
    assert (apart == "official") == (asked is None)
    assert found.release_lock(VQGAN) == f"locks/{apart}/{VQGAN}.json"


@pytest.mark.parametrize(
    ("overlay", "problem", "fix"),
    [
        (
            {"model": {"base": "relased"}},
            "model.base is 'relased', and there is no such",
            "released, released_port or null",
        ),
        (
            {"tokens": {"files": "relased"}},
            "tokens.files is 'relased', and there is no such",
            "a path, released or null",
        ),
        ({"vqgan": {"files": "relased"}}, "vqgan.files is 'relased', and there is no such", "a path, released or null"),
        ({"model": {"base": "released_port"}}, "released_port, but ofa_nano has none", "model.base be released"),
        (
            {"model": {"size": "ofa_tiny", "base": "released"}, "tokens": {"files": None}},
            "needs the BPE files of its release",
            "be released",
        ),
    ],
)
def test_a_wrong_word_lists_the_choices(overlay, problem, fix):
    with pytest.raises(BadConfig, match=problem) as caught:
        plan(overlay)
    assert fix in caught.value.fix


# --- fetched


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    """A folder in which the one file of a release called `small` is published."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "small.bin").write_bytes(b"weights")
    file = File("small.bin", urls=((folder / "small.bin").as_uri(),))
    monkeypatch.setitem(RELEASES, "small", Release("Small", "https://example.org", "MIT", "nobody", (file,)))
    return folder


def fetch(tmp_path, **given) -> Path:
    out = tmp_path / "released/small.bin"
    released.main(release="small", archives=tmp_path / "archives", lock=tmp_path / "lock.json", out=[out], **given)
    return out


def test_what_was_fetched_is_kept_when_the_output_is_removed(site, tmp_path):
    out = fetch(tmp_path)
    assert out.samefile(tmp_path / "archives/small.bin")
    out.unlink()
    (site / "small.bin").unlink()
    assert fetch(tmp_path).read_bytes() == b"weights"


def test_what_was_fetched_first_is_what_is_fetched_later(site, tmp_path):
    fetch(tmp_path).unlink()
    shutil.rmtree(tmp_path / "archives")
    (site / "small.bin").write_bytes(b"other weights")
    with pytest.raises(BadData, match="7 expected"):
        fetch(tmp_path)
    assert not (tmp_path / "released/small.bin").exists()


def test_a_mirror_folder_is_copied_once(site, tmp_path):
    (tmp_path / "mirror/small").mkdir(parents=True)
    (tmp_path / "mirror/small/small.bin").write_bytes(b"mirrored")
    assert fetch(tmp_path, mirror=str(tmp_path / "mirror")).read_bytes() == b"mirrored"
    assert not (tmp_path / "archives").exists()


def test_the_rule_brings_the_files_of_a_mirror(tmp_path):
    for file in RELEASES[VQGAN].files:
        path = tmp_path / "mirror" / VQGAN / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.name)
    folder = copy_repository(tmp_path / "run")
    made = f"results/released/{VQGAN}/model.yaml"
    finish(
        folder,
        made,
        "--config",
        "model={size: ofa_tiny}",
        "vqgan={files: released}",
        f"raw={{mirror: {tmp_path / 'mirror'}}}",
    )
    assert (folder / made).read_text() == "model.yaml"
    digest = sha256(folder / made)
    assert any(digest in lock.read_text() for lock in (folder / "locks").glob(f"*/{VQGAN}.json"))


# --- taken


@pytest.fixture
def mirror(tmp_path, ofa_fixtures, released_bpe, monkeypatch) -> Path:
    """The three releases as the original's code writes such files, small; the checkpoint of the released vocabulary."""
    folder = tmp_path / "mirror"
    (folder / "ofa_tiny").mkdir(parents=True)
    checkpoint = torch.load(ofa_fixtures / "tiny/ofa_tiny_random.pt", weights_only=False)
    rows = torch.randn(Vocabulary(50_260).size, 64) / 8
    checkpoint["cfg"]["model"].vocab_size = len(rows)
    for name in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "decoder.output_projection.weight"):
        checkpoint["model"][name] = rows
    torch.save(checkpoint, folder / "ofa_tiny/ofa_tiny.pt")
    shutil.copytree(released_bpe, folder / BPE)
    files = tuple(dataclasses.replace(f, bytes=None, sha256=sha256(folder / BPE / f.name)) for f in RELEASES[BPE].files)
    monkeypatch.setitem(RELEASES, BPE, dataclasses.replace(RELEASES[BPE], files=files))
    (folder / VQGAN).mkdir()
    shutil.copy(ofa_fixtures / "vqgan/gumbel_random.ckpt", folder / VQGAN / "last.ckpt")
    shutil.copy(ofa_fixtures / "vqgan/gumbel_model.yaml", folder / VQGAN / "model.yaml")
    return folder


def test_from_a_mirror_to_the_models_that_start_from_them(mirror, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = plan(ALL_RELEASED, {"raw": {"mirror": str(mirror)}})
    for release in found.releases.values():
        assert all(path.is_file() for path in paths(found.release_inputs(release)))
        files = paths(found.released(release))
        lock = Path(found.release_lock(release))
        released.main(release=release, archives=Path("archives"), lock=lock, mirror=found.release_mirror, out=files)

    bpe = paths(f"results/tokenizer/{name}" for name in BPE_FILES)
    assert tokenizer.main(symbols=0, released=paths(found.released_tokenizer), out=bpe).startswith("50260 symbols")
    made = initialise.main(
        size=found.config.model.size, seed=0, settings={}, tokenizer=bpe, base=paths(found.base),
        out=paths(f"results/models/ofa/{name}" for name in MODEL_FILES),
    )  # fmt: skip
    assert made.startswith("ofa_tiny.pt, ")
    done = vqgan.main(
        seed=0, model={}, steps=1, batch_size=1, learning_rate=1.0, threads=1, released=paths(found.released_vqgan),
        out=paths(["results/models/vqgan/config.json", "results/models/vqgan/model.safetensors"]),
    )  # fmt: skip
    assert done == "128 codes of 8 pixels a side, as released"


def test_a_mirror_with_another_file_is_refused(mirror, tmp_path):
    (mirror / BPE / "vocab.bpe").write_text("other")
    given = {"archives": tmp_path / "archives", "lock": tmp_path / "lock.json", "mirror": str(mirror)}
    with pytest.raises(BadData, match="not the expected file: SHA-256"):
        released.main(release=BPE, out=[tmp_path / name for name in BPE_FILES], **given)
