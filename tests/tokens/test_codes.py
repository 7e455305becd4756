"""Codes of pictures: the same in any company, made once, and never taken from damaged storage."""

import sqlite3
import subprocess
import sys

import pytest
import torch
from PIL import Image

from workflow_scripts.memo import CODES, Memo
from workflow_scripts.models.vqgan import VQGAN, VQGANConfig
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.stages import vqgan as stage
from workflow_scripts.tokens.code_cache import CodeCache
from workflow_scripts.tokens.codes import PictureCodes

SMALL = VQGANConfig(image_size=16, codes=24, embed_dim=8, z_channels=8, ch=32, ch_mult=(1, 2), patch=2)


@pytest.fixture
def model() -> VQGAN:
    torch.manual_seed(0)
    return VQGAN(SMALL).eval()


# --- the cache


def test_what_is_put_is_there_for_others(tmp_path):
    CodeCache(tmp_path).put({"a": [0, 8191], "b": []})
    assert CodeCache(tmp_path).get(["a", "b", "c"]) == {"a": [0, 8191], "b": []}
    assert CodeCache(None).get(["a"]) == {}
    CodeCache(None).put({"a": [1]})


def test_a_changed_row_is_made_again(tmp_path):
    CodeCache(tmp_path).put({"a": [1, 2], "b": [3]})
    with sqlite3.connect(tmp_path / CODES) as database:
        database.execute("UPDATE codes SET codes = x'0500' WHERE key = 'a'")
    assert CodeCache(tmp_path).get(["a", "b"]) == {"b": [3]}


def test_a_damaged_file_is_put_aside(tmp_path, capsys):
    (tmp_path / CODES).write_bytes(b"no database at all " * 100)
    cache = CodeCache(tmp_path)
    assert cache.get(["a"]) == {}
    assert "is damaged" in capsys.readouterr().err
    cache.put({"a": [1]})
    assert cache.get(["a"]) == {"a": [1]}
    assert (tmp_path / f"{CODES}.damaged").exists()


def test_several_processes_write_at_once(tmp_path):
    code = "import sys; from pathlib import Path; from workflow_scripts.tokens.code_cache import CodeCache\n"
    code += "for n in range(40): CodeCache(Path(sys.argv[1])).put({f'{sys.argv[2]}/{n}': [n], 'shared': [7]})"
    writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path, name]) for name in "abc"]
    assert [w.wait() for w in writers] == [0, 0, 0]
    keys = [f"{name}/{n}" for name in "abc" for n in range(40)]
    assert CodeCache(tmp_path).get([*keys, "shared"]) == {key: [int(key[2:])] for key in keys} | {"shared": [7]}


def test_the_memo_counts_and_prunes_it(tmp_path):
    CodeCache(tmp_path).put({"a": [1]})
    memo = Memo(tmp_path)
    assert [path.name for _, _, path in memo.entries()] == [CODES]
    assert memo.prune(0) == 1
    assert CodeCache(tmp_path).get(["a"]) == {}


# --- codes of pictures


@pytest.fixture
def examples(tmp_path) -> list[dict]:
    """Three crops of two pictures; the last has the pixels of the first."""
    folder = tmp_path / "raw"
    folder.mkdir()
    picture = Image.effect_noise((40, 30), 90).convert("RGB")
    for name in ("a.png", "b.png"):
        picture.save(folder / name)
    Manifest(dataset="d").write(folder / "manifest.json")
    crops = [("a", (0, 0, 20, 20)), ("a", (10, 5, 39, 30)), ("b", (0, 0, 20, 20))]
    return [{"image": f"d/{name}.png", "target_crop": list(crop), "target_image": None} for name, crop in crops]


def test_equal_pixels_are_encoded_once(model, examples, tmp_path):
    model.save(tmp_path / "vqgan")
    made = PictureCodes(tmp_path / "vqgan", [tmp_path / "raw/manifest.json"], CodeCache(tmp_path))
    codes = made.of(examples)
    assert (made.encoded, made.known) == (2, 1)
    assert codes[0] == codes[2] != codes[1]
    assert len(codes[0]) == SMALL.grid**2
    again = PictureCodes(tmp_path / "vqgan", [tmp_path / "raw/manifest.json"], CodeCache(tmp_path))
    assert again.of(examples) == codes
    assert (again.encoded, again.known) == (0, 3)
    alone = PictureCodes(tmp_path / "vqgan", [tmp_path / "raw/manifest.json"], CodeCache(None))
    assert [alone.of([example])[0] for example in examples] == codes


def test_other_weights_have_other_codes(model, examples, tmp_path):
    cache = CodeCache(tmp_path)
    for seed in (0, 1):
        torch.manual_seed(seed)
        VQGAN(SMALL).eval().save(tmp_path / "vqgan")
        codes = PictureCodes(tmp_path / "vqgan", [tmp_path / "raw/manifest.json"], cache)
        codes.of(examples)
        assert codes.encoded == 2


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5, 6, 7], [7, 2, 5], [4, 3, 3, 1]])
def test_a_pictures_codes_do_not_depend_on_its_company(order, model):
    """Not even where vectors are so alike that a batch's rounding decides: here each has a twin a hair away."""
    table = model.quantize.embedding.weight.data
    table[12:] = table[:12] * (1 + 1e-7 * torch.randn(12, 8))
    pictures = torch.randn(8, 3, 16, 16).clamp(-1, 1)
    alone = torch.cat([model.encode(picture) for picture in pictures.split(1)])
    assert torch.equal(model.encode(pictures[order]), alone[order])


def test_close_choices_are_settled_alone(model, monkeypatch):
    """A batch that rounds otherwise: its noise turns near ties around, and must not be believed."""
    table = model.quantize.embedding.weight.data
    table[12:] = table[:12]
    pictures = torch.randn(4, 3, 16, 16).clamp(-1, 1)
    alone = torch.cat([model.encode(picture) for picture in pictures.split(1)])
    scores = model.quantize.scores

    def noisy(prequant):
        exact = scores(prequant)
        favoured = torch.arange(24) >= 12
        return exact + favoured * 1e-6 * exact.abs().amax() if len(prequant) > 1 else exact

    monkeypatch.setattr(model.quantize, "scores", noisy)
    assert torch.equal(model.encode(pictures), alone)


def test_the_released_checkpoint_is_taken(ofa_fixtures, tmp_path):
    files = [ofa_fixtures / "vqgan/gumbel_random.ckpt", ofa_fixtures / "vqgan/gumbel_model.yaml"]
    out = [tmp_path / "config.json", tmp_path / "model.safetensors"]
    done = stage.main(seed=0, model={}, steps=1, batch_size=1, learning_rate=1.0, threads=1, released=files, out=out)
    assert done == "128 codes of 8 pixels a side, as released"
    pictures = torch.randn(2, 3, 64, 64).clamp(-1, 1)
    assert torch.equal(VQGAN.load(tmp_path).encode(pictures), VQGAN.load_lightning(*files).encode(pictures))
