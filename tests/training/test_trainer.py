"""Tuning as a whole, through the stage."""

import errno
import json
import time

import numpy as np
import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.models.ofa.building import fresh, save
from workflow_scripts.models.ofa.checkpoints import load, read
from workflow_scripts.training.trainer import OFATrainer

from .conftest import VOCABULARY, logged, row, same, weights


def apart(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """How large the difference of two models is, of their size."""
    difference = sum((one[name] - other[name]).double().square().sum() for name in one)
    return float(difference / sum(tensor.double().square().sum() for tensor in one.values())) ** 0.5


def test_a_run_learns_and_says_how(small):
    model = small.tune(epochs=6, dropout=0.0)
    *rows, last = map(json.loads, (model / "log.jsonl").read_text().splitlines())
    losses, held_out = logged(model), logged(model, "eval_loss")
    assert losses[1] > 1.3 * losses[last["steps"]]
    assert list(held_out) == [last["steps"] * epoch // 6 for epoch in range(1, 7)]
    assert held_out[last["steps"]] < held_out[last["steps"] // 6]
    assert last["examples"] == 6 * 30
    assert last["loss"] == pytest.approx(np.mean(list(losses.values())), rel=1e-4)
    assert all(last[f"{seen}_per_second"] > 0 for seen in ("examples", "tokens"))
    assert {"step", "epoch", "loss", "learning_rate", "grad_norm", "examples_per_second", "tokens_per_second"} <= {
        *rows[0]
    }
    events = EventAccumulator(str(small.folder / "curves/seed-0")).Reload()
    assert [e.step for e in events.Scalars("loss")] == list(losses)
    assert [e.step for e in events.Scalars("eval_loss")] == list(held_out)
    assert load(model).config.dropout == 0.0
    assert not (small.folder / "checkpoints").exists()


def test_seeds_tuned_together_are_those_tuned_alone(small):
    small.tune(seeds=(4, 7), out="together")
    for seed in (4, 7):
        assert same(weights(small.tune(seeds=[seed], out="alone")), weights(small.folder / f"together/seed-{seed}"))
    assert not same(weights(small.folder / "alone/seed-4"), weights(small.folder / "alone/seed-7"))


def test_a_seed_that_the_memo_has_is_not_tuned_again(small, monkeypatch):
    monkeypatch.setenv("MULTIINSTRUCT_MEMO", str(small.folder / "memo"))
    first = weights(small.tune(seeds=[1], workers=0))
    tuned = []
    monkeypatch.setattr(
        OFATrainer, "train", lambda self, **_: tuned.append(self.args.seed) or pytest.fail("tuned again")
    )
    assert same(weights(small.tune(seeds=[1], out="again", workers=1, save_every=50)), first)
    assert tuned == []


def kill_in_mid_epoch(small, **changes) -> None:
    """Start a run, wait for its second checkpoint and the step after it, kill it."""
    process = small.start(**changes)
    folder = small.folder / "checkpoints/seed-0"
    while process.poll() is None and not any(
        '"step": 9' in log.read_text() for log in folder.glob("*/log.jsonl") if list(folder.glob("*/checkpoint-8"))
    ):
        time.sleep(0.01)
    assert process.poll() is None, process.stderr.read()
    process.kill()
    process.communicate()


def test_a_killed_run_goes_on_and_ends_in_the_same_weights(small, monkeypatch):
    whole = small.tune(out="whole", checkpoints="other", epochs=3)
    kill_in_mid_epoch(small, epochs=3)
    [run] = (small.folder / "checkpoints/seed-0").iterdir()
    assert sorted(p.name for p in run.glob("checkpoint-*")) == ["checkpoint-4", "checkpoint-8"]
    (run / ".making/checkpoint-12").mkdir(parents=True)  # half-written
    resumed, train = [], OFATrainer.train
    monkeypatch.setattr(OFATrainer, "train", lambda self, **how: resumed.append(how) or train(self, **how))
    model = small.tune(epochs=3)
    assert resumed == [{"resume_from_checkpoint": str(run / "checkpoint-8")}]
    assert same(weights(model), weights(whole))
    assert logged(model) == logged(whole)
    assert logged(model, "eval_loss") == logged(whole, "eval_loss")
    assert logged(model, "tokens") == logged(whole, "tokens")


def test_a_checkpoint_of_other_settings_is_not_resumed(small, monkeypatch, capsys):
    def save_and_stop(self, *args, save=OFATrainer._save_checkpoint):
        save(self, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(OFATrainer, "_save_checkpoint", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            small.tune(epochs=3)
    assert list(small.folder.glob("checkpoints/seed-0/*/checkpoint-4"))
    changed = weights(small.tune(epochs=3, learning_rate=0.001))
    assert "not resumed, of other settings, data, base or code" in capsys.readouterr().err
    assert same(changed, weights(small.tune(epochs=3, learning_rate=0.001, out="alone")))


def test_parts_of_a_batch_add_up_to_it(small):
    how = {"shards": ["texts"], "epochs": 1, "dropout": 0.0, "batch_size": 6}
    one, parts = small.tune(**how, out="one"), small.tune(**how, accumulation=4, out="parts")
    assert list(logged(one).values()) == pytest.approx(list(logged(parts).values()), rel=1e-5)
    assert apart(weights(one), weights(parts)) < 1e-4


def test_processes_that_decode_pictures_change_nothing(small):
    assert same(weights(small.tune(epochs=1, workers=2)), weights(small.tune(epochs=1, out="none")))


def test_computing_activations_again_changes_nothing(small):
    how = {"epochs": 1, "dropout": 0.1}
    one, again = small.tune(**how, out="one"), small.tune(**how, gradient_checkpointing=True, out="again")
    assert apart(weights(one), weights(again)) < 1e-4


def test_a_frozen_image_encoder_stays_as_it_was(small):
    tuned = small.tune(epochs=1, freeze_image_encoder=True)
    before, after = weights(small.folder / "base"), weights(tuned)
    moved = {name for name, tensor in after.items() if not torch.equal(tensor, before[name])}
    assert "encoder.image_proj.weight" in moved
    assert not [name for name in moved if "embed_images" in name]
    assert not load(tuned).config.freeze_resnet


@pytest.mark.parametrize("fsdp", [False, True])
def test_two_processes_equal_one(small, fsdp):
    """Losses within a ten-thousandth, over updates of every kind and sizes that two do not divide."""
    how = {"epochs": 1, "dropout": 0.0, "batch_size": 7}
    one = small.tune(**how, out="one")
    process = small.start(processes=2, fsdp=fsdp, **how)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    two = small.folder / "out/seed-0"
    assert list(logged(two).values()) == pytest.approx(list(logged(one).values()), rel=1e-4)
    assert logged(two, "eval_loss") == pytest.approx(logged(one, "eval_loss"), rel=1e-4)
    assert logged(two, "tokens") == logged(one, "tokens")
    assert apart(weights(two), weights(one)) < 1e-3
    assert load(two).config.to_dict() == load(one).config.to_dict()


def test_an_adapter_leaves_the_weights_and_is_kept_beside_the_merged_model(small):
    model = small.tune(adapter={"rank": 4, "alpha": 8, "dropout": 0.0}, epochs=4, learning_rate=0.02)
    losses = logged(model)
    assert losses[max(losses)] < losses[1]
    before, after = weights(small.folder / "base"), weights(model)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.split(".")[-2] in ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2") for name in changed)
    deltas = torch.linalg.matrix_rank(
        after["encoder.layers.0.fc1.weight"] - before["encoder.layers.0.fc1.weight"], rtol=1e-3
    )
    assert 0 < deltas <= 4
    assert {path.name for path in (model / "adapter").iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}
    assert read(model)[0].freeze_resnet == read(small.folder / "base")[0].freeze_resnet


def test_a_loss_that_is_no_number_stops_before_any_update(small):
    file = small.folder / "base/model.safetensors"
    tensors = weights(small.folder / "base")
    tensors["encoder.layer_norm.weight"][0] = float("nan")
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(BadData, match="the loss is nan in step 1; training stops before its update") as error:
        small.tune()
    assert set(error.value.record.split(", ")) < {
        f"{kind}/{i}" for kind in ("shown", "text", "code") for i in range(14)
    }
    assert not (small.folder / "out").exists()


def test_a_loss_that_becomes_no_number_stops_and_leaves_its_curve(small):
    with pytest.raises(BadData, match=r"is (nan|inf) in step [2-9]"):
        small.tune(learning_rate=1e30, warmup_share=0.0)
    [log] = (small.folder / "checkpoints").glob("seed-0/*/log.jsonl")
    assert json.loads(log.read_text().splitlines()[0])["step"] == 1


def test_a_shard_that_is_missing_or_of_another_version_is_named(small):
    with pytest.raises(BadData, match="no such file") as error:
        small.tune(shards=["texts", "none"])
    assert error.value.file == small.folder / "none.parquet"
    old = schemas.SHARDS.with_metadata({**schemas.SHARDS.metadata, b"version": b"1"})
    schemas.write([row("old/0")], old, small.folder / "old.parquet")
    with pytest.raises(BadData, match="version is 1, expected") as error:
        small.tune(shards=["texts", "old"])
    assert error.value.file == small.folder / "old.parquet"


def test_a_base_of_another_architecture_is_told_apart(small):
    wider = fresh("ofa_nano", seed=0, vocabulary=VOCABULARY, d_model=64)
    save(wider, small.folder / "wider")
    (small.folder / "wider/model.safetensors").replace(small.folder / "base/model.safetensors")
    with pytest.raises(BadData) as error:
        small.tune()
    assert "shape: decoder.layers.0.fc1.weight is (512, 64), not (64, 32)" in str(error.value)
    assert error.value.file == small.folder / "base/model.safetensors"


def test_a_vocabulary_that_is_not_the_bases(small):
    config = small.folder / "base/config.json"
    config.write_text(config.read_text().replace(f'"vocab_size": {VOCABULARY.size}', '"vocab_size": 50'))
    with pytest.raises(BadData, match="the model has 50: the vocabularies do not match") as error:
        small.tune()
    assert error.value.file == small.folder / "pictures.parquet"
    assert error.value.record.startswith("shown/")


@pytest.mark.parametrize(
    ("where", "error"),  # as a full file system makes them
    [
        ("torch.save", RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534")),
        ("transformers.modeling_utils.safe_save_file", SafetensorError("I/O error: No space left (os error 28)")),
        ("workflow_scripts.training.trainer.save", OSError(errno.ENOSPC, "No space left on device")),
        ("workflow_scripts.training.trainer.unpack", OSError(errno.ENOSPC, "Error writing bytes to file")),
    ],
)
def test_a_full_disk_is_said_and_leaves_nothing_half_written(small, monkeypatch, where, error):
    def full(*args, **kwargs):
        raise error

    monkeypatch.setattr(where, full)
    with pytest.raises(BadData, match="no space left on the disk"):
        small.tune()
    assert not list(small.folder.glob("out/seed-0/*"))
    assert not list(small.folder.glob("checkpoints/*/*/.making"))
    monkeypatch.undo()
    assert logged(small.tune())
