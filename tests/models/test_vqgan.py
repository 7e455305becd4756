"""The VQ-GAN against the original's numbers, its files, and a very short training."""

import io
import json
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image, ImageDraw

from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.models.vqgan import VQGAN, VQGANConfig, picture_to_tensor, tensor_to_picture
from workflow_scripts.training.vqgan import train

FIXTURES = Path(__file__).parents[2].parent / "shared/fixtures/ofa/vqgan"
TINY = VQGANConfig(image_size=16, codes=24, embed_dim=8, z_channels=8, ch=32, ch_mult=(1, 2), patch=2)
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"the original's numbers are not at {FIXTURES}")


def arrays(name: str) -> dict[str, torch.Tensor]:
    with np.load(FIXTURES / name, allow_pickle=False) as file:
        return {key: torch.from_numpy(file[key]) for key in file}


def original(kind: str) -> VQGAN:
    return VQGAN.load_lightning(FIXTURES / f"{kind}_random.ckpt", FIXTURES / f"{kind}_model.yaml")


def close(ours: torch.Tensor, theirs: torch.Tensor, atol: float) -> None:
    torch.testing.assert_close(ours, theirs, rtol=0, atol=atol)


@pytest.fixture
def tiny() -> VQGAN:
    torch.manual_seed(0)
    return VQGAN(TINY).eval()


@pytest.fixture
def pictures(tmp_path) -> list[Path]:
    """Eight pictures: a coloured disc or square on another colour."""
    paths = []
    for k, colour in enumerate(["red", "blue", "green", "yellow", "black", "white", "purple", "orange"]):
        picture = Image.new("RGB", (40, 32), ["lightblue", "beige"][k % 2])
        draw = ImageDraw.Draw(picture)
        (draw.ellipse if k < 4 else draw.rectangle)((4 + 2 * k, 6, 18 + 2 * k, 20), fill=colour)
        paths.append(tmp_path / f"{k}.png")
        picture.save(paths[-1])
    return paths


@needs_fixtures
@torch.no_grad()
def test_gumbel_is_the_original():
    model, there = original("gumbel"), arrays("gumbel_io.npz")
    prequant = model.prequant(there["image"])
    close(model.encoder(there["image"]), there["encoder_out"], 2e-5)
    close(prequant, there["prequant"], 2e-5)
    close(model.quantize.proj(prequant), there["logits"], 3e-4)
    assert torch.equal(model.encode(there["image"]), there["codes_argmax"])
    assert torch.equal(model.encode(there["image"][:, :, :48]), there["codes_argmax_48x64_crop"])
    close(model.quantize.vectors(there["codes_argmax"]), there["quant_argmax"], 0)
    close(model.decode(there["codes_argmax"]), there["reconstruction_argmax"], 5e-5)
    close(model.decode(there["codes_sampled_seed1234"][:1]), there["reconstruction_codes_sampled"], 5e-5)


@needs_fixtures
@torch.no_grad()
def test_vq_is_the_original():
    model, there = original("vq"), arrays("vq_io.npz")
    close(model.prequant(there["image"]), there["prequant"], 2e-5)
    assert torch.equal(model.encode(there["image"]), there["codes"])
    close(model.quantize.vectors(there["codes"]), there["quant"], 1e-6)
    close(model.decode(there["codes"]), there["reconstruction"], 5e-5)
    assert model.quantize(there["prequant"])[1].item() == pytest.approx(there["commit_loss"].item(), abs=1e-6)


@needs_fixtures
def test_eight_bit_pictures_are_the_original():
    """The rounding itself is exact; a decoded value just below a whole number may fall to the one beneath."""
    decoded, theirs = arrays("gumbel_io.npz"), arrays("gumbel_pil_uint8.npz")["rgb"]
    ours = np.stack([np.asarray(tensor_to_picture(image)) for image in decoded["reconstruction_argmax"]])
    assert np.array_equal(ours, theirs)
    again = np.stack([np.asarray(tensor_to_picture(i)) for i in original("gumbel").decode(decoded["codes_argmax"])])
    difference = np.abs(again.astype(int) - theirs.numpy())
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.001


@needs_fixtures
@pytest.mark.parametrize("name", ["noise", "smooth"])
def test_the_transform_is_the_original(name):
    there = arrays("code_image_transform.npz")
    assert torch.equal(picture_to_tensor(Image.fromarray(there[f"{name}_in"].numpy()), 64), there[f"{name}_out"])


@needs_fixtures
def test_a_checkpoint_that_does_not_fit_is_described(tmp_path):
    sizes = yaml.safe_load((FIXTURES / "vq_model.yaml").read_text())
    sizes["model"]["params"]["n_embed"] = 63
    sizes["model"]["params"]["ddconfig"]["attn_resolutions"] = [32]
    (tmp_path / "model.yaml").write_text(yaml.safe_dump(sizes))
    with pytest.raises(BadData) as error:
        VQGAN.load_lightning(FIXTURES / "vq_random.ckpt", tmp_path / "model.yaml")
    assert "shape: quantize.embedding.weight is (64, 24), not (63, 24)" in str(error.value)
    assert "missing: encoder.down.0.attn.0.k.bias (32,)" in str(error.value)
    assert "loss." not in str(error.value)
    assert error.value.file == FIXTURES / "vq_random.ckpt"


@needs_fixtures
def test_a_yaml_of_something_else_is_an_error(tmp_path):
    (tmp_path / "model.yaml").write_text("model: {target: x.GumbelVQ, params: {ddconfig: {resolution: 64}}}")
    with pytest.raises(BadData, match="'n_embed' is missing"):
        VQGAN.load_lightning(FIXTURES / "vq_random.ckpt", tmp_path / "model.yaml")


class Harmful:
    def __reduce__(self):
        return print, ("executed",)


@needs_fixtures
def test_a_checkpoint_executes_nothing(tmp_path, monkeypatch, capsys):
    """Lightning's name of its checkpoint callback is let through as a mere name; anything else is refused."""
    module = types.ModuleType("pytorch_lightning.callbacks.model_checkpoint")
    module.ModelCheckpoint = type("ModelCheckpoint", (), {"__module__": module.__name__})
    for name in ("pytorch_lightning", "pytorch_lightning.callbacks"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    content = torch.load(FIXTURES / "vq_random.ckpt", weights_only=True)
    torch.save(content | {"callbacks": {module.ModelCheckpoint: {"best": 1}}}, tmp_path / "named.ckpt")
    assert VQGAN.load_lightning(tmp_path / "named.ckpt", FIXTURES / "vq_model.yaml").config.codes == 64
    torch.save(content | {"extra": Harmful()}, tmp_path / "harmful.ckpt")
    with pytest.raises(BadData, match="not a checkpoint that loads safely"):
        VQGAN.load_lightning(tmp_path / "harmful.ckpt", FIXTURES / "vq_model.yaml")
    assert "executed" not in capsys.readouterr().out


@needs_fixtures
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", pickle.dumps({"a": 1}, protocol=2), "half"])
def test_a_broken_checkpoint_is_an_error(tmp_path, content):
    if content == "half":
        whole = (FIXTURES / "vq_random.ckpt").read_bytes()
        content = whole[: len(whole) // 2]
    (tmp_path / "broken.ckpt").write_bytes(content)
    with pytest.raises(BadData, match=r"loads safely|no `state_dict`"):
        VQGAN.load_lightning(tmp_path / "broken.ckpt", FIXTURES / "vq_model.yaml")


@pytest.mark.parametrize("kind", ["vq", "gumbel"])
def test_save_and_load(tmp_path, kind):
    torch.manual_seed(1)
    model = VQGAN(VQGANConfig(**{**TINY.__dict__, "kind": kind})).eval()
    model.save(tmp_path / "m")
    again = VQGAN.load(tmp_path / "m")
    images = torch.rand(3, 3, 16, 24) * 2 - 1
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == ["config.json", "model.safetensors"]
    assert again.config == model.config
    assert not again.training
    assert again.encode(images).shape == (3, 4, 6)
    assert torch.equal(again.encode(images), model.encode(images))
    assert torch.equal(again.decode(again.encode(images)), model.decode(model.encode(images)))


def test_a_damaged_folder_is_an_error(tmp_path, tiny):
    tiny.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"codes": 25}))
    with pytest.raises(BadData, match=r"quantize.embedding.weight is \(24, 8\), not \(25, 8\)"):
        VQGAN.load(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config | {"typo": 25}))
    with pytest.raises(BadData, match="expected exactly the keys"):
        VQGAN.load(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(b"short")
    with pytest.raises(BadData, match="not a readable safetensors file"):
        VQGAN.load(tmp_path)


def test_a_config_names_all_its_problems():
    with pytest.raises(BadConfig) as error:
        VQGANConfig(kind="gumbel", codes=9000, ch=48, image_size=60, embed_dim=16)
    for part in ("codes is 9000; the vocabulary has 8192", "ch is 48", "image_size is 60", "embed_dim is 16"):
        assert part in error.value.problem


def test_codes_do_not_depend_on_the_batch(tiny):
    images = torch.rand(7, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    together = tiny.encode(images)
    assert together.dtype == torch.int64
    assert torch.equal(together, torch.cat([tiny.encode(image[None]) for image in images]))
    assert torch.equal(together.flip(0), tiny.encode(images.flip(0)))


def test_wrong_inputs_are_refused(tiny):
    with pytest.raises(ValueError, match=r"torch.uint8 \(1, 3, 16, 16\)"):
        tiny.encode(torch.zeros(1, 3, 16, 16, dtype=torch.uint8))
    with pytest.raises(ValueError, match="multiples of 2"):
        tiny.encode(torch.zeros(1, 3, 16, 17))
    with pytest.raises(ValueError, match=r"0\.\.23"):
        tiny.decode(torch.full((1, 4, 4), 24))


def test_pictures_of_any_mode_and_shape():
    assert picture_to_tensor(Image.new("L", (30, 90), 255), 16).shape == (3, 48, 16)
    square = picture_to_tensor(Image.new("RGBA", (1, 70), (255, 0, 0, 9)), 16, square=True)
    assert square.shape == (3, 16, 16)
    assert square[:, 0, 0].tolist() == [1.0, -1.0, -1.0]


def test_a_short_training_learns_and_repeats(pictures, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    settings = {"seed": 3, "steps": 60, "batch_size": 8, "learning_rate": 0.004, "threads": 1}
    before = torch.get_rng_state()
    model, log = train(pictures, TINY, **settings)
    again, _ = train(pictures, TINY, **settings)
    assert torch.equal(before, torch.get_rng_state())
    assert [row["step"] for row in log] == list(range(1, 61))
    assert sum(row["l1"] for row in log[-5:]) < 0.6 * sum(row["l1"] for row in log[:5])
    assert log[-1]["codes"] > 8
    assert not model.training
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 * 10
    assert "step 60/60, loss " in lines[-1]


def test_training_says_what_is_wrong(pictures, tmp_path):
    settings = {"seed": 0, "steps": 20, "batch_size": 4, "threads": 1}
    with pytest.raises(BadConfig, match=r"loss is (nan|inf) at step \d+ of 20"):
        train(pictures, TINY, learning_rate=1e30, **settings)
    with pytest.raises(BadConfig, match="kind is 'gumbel'"):
        train(pictures, VQGANConfig(kind="gumbel"), learning_rate=0.01, **settings)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(BadData, match="not a readable picture"):
        train([tmp_path / "bad.png"], TINY, learning_rate=0.01, **settings)
