"""Loading what others saved: the original's files, folders of its Hugging Face port, and folders of ours."""

import argparse
import json
import pickle
import shutil
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

import workflow_scripts.models.ofa as ofa
from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.models.ofa import checkpoints, fairseq, hf_port
from workflow_scripts.models.ofa.__main__ import convert
from workflow_scripts.models.ofa.building import save
from workflow_scripts.models.ofa.configuration import named
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.models.ofa.sources import files_of

from .parity import FIXTURES, SMALL, arrays, entries, furthest, needs_fixtures, source

RELEASED = FIXTURES / "tiny/ofa_tiny_random.pt"
OLDER_STYLE = FIXTURES / "tiny/args_style_stub_fp16.pt"
PORT = FIXTURES / "hf_tiny"
SIDE = {"embed_dim": 64, "ffn_embed_dim": 128, "layers": 2, "attention_heads": 4}
SIDES = {f"{side}_{name}": n for side in ("encoder", "decoder") for name, n in SIDE.items()}


@pytest.fixture
def folder(tmp_path):
    """A folder of ours with a small model."""
    model = OFAForConditionalGeneration(named("ofa_nano", vocab_size=300, code_image_size=64))
    save(model, tmp_path / "model")
    return tmp_path / "model"


def checkpoint(model: dict | None = None, **settings) -> dict:
    """What fairseq saves, small: older style."""
    given = argparse.Namespace(**SIDES | {"resnet_type": "resnet18"} | settings)
    return {"args": given, "model": {"encoder.embed_tokens.weight": torch.zeros(9, 64)} if model is None else model}


def edit(folder, **values) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


# --- what there is


@needs_fixtures
def test_a_released_checkpoint_loads_and_answers_as_the_original():
    model, case = ofa.load(RELEASED), arrays("tiny/case_vl.npz")
    with torch.no_grad():
        logits = model(**source(case), decoder_input_ids=case["prev_output_tokens"]).logits
    assert furthest(logits, case["logits"], case["target"] != 1) < 3e-5
    assert {name: getattr(model.config, name) for name in SMALL} == SMALL
    assert model.config.encoder_drop_path_rate == 0.1
    assert model.decoder.output_projection.weight is model.encoder.embed_tokens.weight


@needs_fixtures
def test_the_older_style_names_its_architecture_and_all_that_is_missing():
    config, tensors = fairseq.read(OLDER_STYLE)
    assert {name: getattr(config, name) for name in SMALL} == SMALL
    assert tensors["encoder.embed_tokens.weight"].dtype == torch.float16
    with pytest.raises(BadData, match=r"(?s)problems\).*missing: decoder\.embed_image_pos.*missing: encoder\.embed_im"):
        ofa.load(OLDER_STYLE)


@needs_fixtures
def test_half_precision_in_the_older_style_becomes_float32(tmp_path, weights):
    mixed = {k: v.half() if i % 2 and v.is_floating_point() else v for i, (k, v) in enumerate(weights.items())}
    settings = torch.load(OLDER_STYLE, weights_only=False)["args"]
    torch.save({"args": settings, "model": mixed}, tmp_path / "mixed.pt")
    model = ofa.load(tmp_path / "mixed.pt")
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    for name, value in model.state_dict().items():  # the fixture's weights are exact in half precision
        assert torch.equal(value, weights[name]), name
    assert {p.dtype for p in checkpoints.load(RELEASED, dtype=torch.bfloat16).parameters()} == {torch.bfloat16}


@needs_fixtures
def test_a_checkpoint_trained_with_frozen_norms_loads(tmp_path, weights):
    """The original's frozen BatchNorm stores no count of batches; its image generation was trained with it."""
    model = {name: value for name, value in weights.items() if not name.endswith("num_batches_tracked")}
    settings = argparse.Namespace(**SIDES, resnet_type="resnet18", code_image_size=64, freeze_resnet=True)
    torch.save({"args": settings, "model": model}, tmp_path / "x.pt")
    loaded = ofa.load(tmp_path / "x.pt")
    assert loaded.config.freeze_resnet
    assert loaded.encoder.embed_images.bn1.num_batches_tracked == 0
    case = arrays("tiny/case_vl.npz")
    with torch.no_grad():
        logits = loaded(**source(case), decoder_input_ids=case["prev_output_tokens"]).logits
    assert furthest(logits, case["logits"], case["target"] != 1) < 3e-5


@needs_fixtures
@pytest.mark.parametrize("form", ["safetensors", "bin"])
def test_a_folder_of_the_port_is_the_same_model(form, tmp_path, original):
    """And it hides missing pictures, which the port's own code did not."""
    shutil.copy(PORT / "config.json", tmp_path)
    if form == "bin":
        torch.save(load_file(PORT / "model.safetensors"), tmp_path / "pytorch_model.bin")
    else:
        shutil.copy(PORT / "model.safetensors", tmp_path)
    model = ofa.load(tmp_path)
    for name, value in original.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(value, model.state_dict()[name]), name
    case = arrays("tiny/case_vl.npz")
    assert not case["patch_masks"].all()
    with torch.no_grad():
        logits = model(**source(case), decoder_input_ids=case["prev_output_tokens"]).logits
    assert furthest(logits, case["logits"], case["target"] != 1) < 3e-5


@needs_fixtures
def test_every_parameter_of_the_port_has_a_name_of_ours(original):
    theirs = entries("hf_tiny/keys.json")["full_state_dict_of_port"]
    ours = {hf_port.our_name(name) for name in theirs if not name.endswith(("_rp_bucket", "image_position_idx"))}
    assert ours == set(original.state_dict())


def test_a_folder_of_ours_comes_back(folder):
    model = ofa.load(folder)
    again = OFAForConditionalGeneration.from_pretrained(folder).eval()
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True))
    assert not model.training


def test_a_sharded_folder_loads(folder):
    tensors = load_file(folder / "model.safetensors")
    names = sorted(tensors)
    parts = {"a.safetensors": names[: len(names) // 2], "b.safetensors": names[len(names) // 2 :]}
    for file, members in parts.items():
        save_file({name: tensors[name] for name in members}, folder / file)
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {name: file for file, members in parts.items() for name in members}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert [f.name for f in files_of(folder)][-2:] == ["a.safetensors", "b.safetensors"]
    assert torch.equal(ofa.load(folder).encoder.embed_tokens.weight, tensors["encoder.embed_tokens.weight"])


@needs_fixtures
def test_the_command_converts(tmp_path):
    command = [sys.executable, "-m", "workflow_scripts.models.ofa", "convert"]
    done = subprocess.run([*command, RELEASED, tmp_path / "ours"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4.3 million parameters, 16 MiB in ")
    theirs, ours = ofa.load(RELEASED).state_dict(), ofa.load(tmp_path / "ours").state_dict()
    assert all(torch.equal(theirs[name], ours[name]) for name in theirs)
    failed = subprocess.run([*command, tmp_path / "nothing.pt", tmp_path / "x"], capture_output=True, text=True)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "no such file or folder" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_converting_leaves_other_folders_alone(tmp_path, folder):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(BadConfig, match=r"other things: diary\.txt"):
        convert(str(folder), tmp_path)
    with pytest.raises(BadConfig, match="a file, not a folder"):
        convert(str(folder), tmp_path / "diary.txt")
    assert (tmp_path / "diary.txt").read_text() == "mine"


# --- what is wrong


class Bomb:
    """Pickled, it asks the reader to make a file."""

    def __init__(self, file):
        self.file = str(file)

    def __reduce__(self):
        return open, (self.file, "w")


@pytest.mark.parametrize("place", ["file", "port"])
def test_a_pickle_that_would_run_code_is_refused(place, tmp_path, folder):
    content = (checkpoint() if place == "file" else {}) | {"extra_state": Bomb(tmp_path / "ran")}
    (folder / "model.safetensors").unlink()
    file = folder / ("bomb.pt" if place == "file" else "pytorch_model.bin")
    torch.save(content, file)
    with pytest.raises(BadData, match=r"loads safely: it names io\.open, which") as caught:
        ofa.load(file if place == "file" else folder)
    assert "weights_only" not in str(caught.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"not a checkpoint", pickle.dumps({"model": 1}), b"\x80\x02K\x05K\x07", b"\x80\x02h\x09.", b"\x80\x02X\x01"],
)
def test_a_file_of_something_else_is_refused(content, tmp_path):
    (tmp_path / "x.pt").write_bytes(content)
    with pytest.raises(BadData) as caught:
        ofa.load(tmp_path / "x.pt")
    assert caught.value.file == tmp_path / "x.pt"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"model": {}}, "neither `args` nor `cfg.model`"),
        ({"model": {}, "cfg": "x"}, "neither `args` nor `cfg.model`"),
        (checkpoint(vocab_size=8), "vocab_size is 8, but the embedding has 9 rows"),
        (checkpoint(resnet_type=["resnet18"]), r"resnet_type is \['resnet18'\]"),
        (checkpoint(model={}), r"encoder\.embed_tokens\.weight is missing"),
        (checkpoint(resnet_type="vit"), "resnet_type is 'vit'; there are resnet18"),
        (checkpoint(scale_resids=True, activation_fn="relu"), r"(?s)scale_resids is True.*activation_fn is 'relu'"),
        (checkpoint(decoder_embed_dim=32), "they must be equal"),
        (checkpoint(encoder_attention_heads=7), "not a multiple of encoder_attention_heads=7"),
    ],
)
def test_another_architecture_is_refused(content, words, tmp_path):
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(BadData, match=words):
        ofa.load(tmp_path / "x.pt")


def test_synchronised_batch_norms_keep_their_eps(tmp_path):
    torch.save(checkpoint(sync_bn=True, freeze_resnet=True), tmp_path / "x.pt")
    config, _ = fairseq.read(tmp_path / "x.pt")
    assert OFAForConditionalGeneration(config).encoder.embed_images.bn1.eps == 1e-3
    assert not config.freeze_resnet


def test_settings_may_be_whole_numbers_or_unset_or_the_criterions(tmp_path):
    given = checkpoint(dropout=0, attn_scale_factor=2, interpolate_position=None)
    newer = {"cfg": {"model": given["args"], "criterion": {"label_smoothing": 0.2}}, "model": given["model"]}
    torch.save(newer, tmp_path / "x.pt")
    config, _ = fairseq.read(tmp_path / "x.pt")
    assert (config.dropout, config.attn_scale_factor, config.label_smoothing) == (0.0, 2.0, 0.2)
    assert config.interpolate_position is False


def test_all_that_does_not_fit_is_named_at_once(folder):
    file = folder / "model.safetensors"
    tensors = load_file(file)
    del tensors["encoder.image_proj.bias"]
    tensors["encoder.prompt.weight"] = torch.zeros(2)
    tensors["decoder.layer_norm.bias"] = torch.zeros(5)
    tensors["decoder.layer_norm.weight"] = tensors["decoder.layer_norm.weight"].long()
    tensors["decoder.embed_tokens.weight"] = tensors["encoder.embed_tokens.weight"] + 1
    tensors["encoder.token_rp_bucket"] = torch.zeros(1024, 1024, dtype=torch.long)
    save_file(tensors, file)
    with pytest.raises(BadData) as caught:
        ofa.load(folder)
    for line in (
        "(6 problems)",
        "missing: encoder.image_proj.bias (128,)",
        "extra: encoder.prompt.weight (2,)",
        "shape: decoder.layer_norm.bias is (5,), not (128,)",
        "type: decoder.layer_norm.weight is torch.int64, not torch.float32",
        "tied: decoder.embed_tokens.weight differs",
        "table: encoder.token_rp_bucket holds other relative positions",
    ):
        assert line in str(caught.value)
    assert caught.value.file == file


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"vocab_size": 301}, r"encoder\.embed_tokens\.weight is \(300, 128\), not \(301, 128\)"),
        ({"d_model": 64}, r"encoder\.layer_norm\.weight is \(128,\), not \(64,\)"),
        ({"encoder_layers": 4}, r"missing: encoder\.layers\.3\."),
        ({"encoder_attention_heads": 7}, "not a multiple"),
        ({"model_type": "bart"}, "model_type is 'bart'"),
        ({"resnet_type": "resnet50", "normformer": False}, "normformer is False"),
    ],
)
def test_a_configuration_of_another_model_is_refused(values, words, folder):
    edit(folder, **values)
    with pytest.raises(BadData, match=words):
        ofa.load(folder)


def test_half_a_folder_is_refused(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(BadData, match="not a whole safetensors file"):
        ofa.load(folder)
    (folder / "model.safetensors.index.json").write_text('{"weight_map": []}')
    weights.unlink()
    with pytest.raises(BadData, match="no weight_map"):
        ofa.load(folder)
    (folder / "model.safetensors.index.json").unlink()
    with pytest.raises(BadData, match="no weights in it"):
        ofa.load(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(BadData, match=r"no weights|readable JSON"):
        ofa.load(folder)
    (folder / "config.json").unlink()
    with pytest.raises(BadData, match=r"no config\.json"):
        ofa.load(folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [("ofa_base", "is a size, not a checkpoint"), ("./ofa-base", "no such file"), ("ofa_bas", "ofa_base is a size"),
     ("nobody/nothing", "from the hub")],
)  # fmt: skip
def test_an_unknown_name_says_what_is_accepted(name, words, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BadData, match=words):
        ofa.load(name)
