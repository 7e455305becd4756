"""A small model, and shards of every kind to tune it on."""

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.conftest import PROJECT
from workflow_scripts import schemas
from workflow_scripts.models.ofa.building import fresh, save
from workflow_scripts.models.ofa.sizes import FILES
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.stages import train
from workflow_scripts.tokens.vocabulary import Vocabulary

VOCABULARY = Vocabulary(dict_lines=60)
SIZE = 32  # of pictures, pixels
SETTINGS = {
    "epochs": 2, "batch_size": 4, "max_tokens": None, "accumulation": 1, "learning_rate": 0.003, "schedule": "linear",
    "warmup_share": 0.1, "weight_decay": 0.01, "label_smoothing": 0.1, "dropout": 0.1, "max_grad_norm": 1.0,
    "bf16": False, "freeze_image_encoder": False, "gradient_checkpointing": False, "compile": False, "fsdp": False,
    "workers": 0, "save_every": 4, "keep_checkpoints": 2, "log_every": 1, "image_size": SIZE,
    "prompts": "instructions", "instructions": 5, "adapter": None,
}  # fmt: skip


def row(name: str, *, image: str | None = None, code: bool = False, sources: int = 5) -> dict:
    """A row of a shard that its name determines."""
    draw = random.Random(name)
    ids = [[draw.randrange(4, VOCABULARY.mask) for _ in range(draw.randint(3, 14))] for _ in range(sources + 1)]
    target = [draw.randrange(4, VOCABULARY.mask) for _ in range(draw.randint(1, 5))]
    return {
        "instance_id": name, "sources": ids[1:], "name_source": ids[0],
        "target": [VOCABULARY.first_code + draw.randrange(64) for _ in range(4)] if code else target,
        "target_is_code": code, "truncated": 0, "target_text": None if code else "words", "references": [],
        "options": [], "image": image, "width": SIZE if image else None, "height": SIZE if image else None,
        "mask": None, "subtask": None,
    }  # fmt: skip


def write(path: Path, rows: list[dict]) -> Path:
    schemas.write(rows, schemas.SHARDS, path)
    return path


@dataclass
class Small:
    """A folder with a base model `base/`, pictures, two shards to tune on and one that is held out."""

    folder: Path

    def arguments(
        self, *, seeds=(0,), out="out", checkpoints="checkpoints", shards=("pictures", "texts"), **settings
    ) -> dict:
        files = (*FILES, "log.jsonl")
        return {
            "seeds": list(seeds),
            "settings": SETTINGS | settings,
            "threads": 1,
            "base": [self.folder / "base" / name for name in FILES],
            "shards": [self.folder / f"{name}.parquet" for name in shards],
            "validation": [self.folder / "held_out.parquet"],
            "manifests": [self.folder / "manifest.json"],
            "checkpoints": self.folder / checkpoints,
            "curves": self.folder / "curves",
            "out": [self.folder / out / f"seed-{seed}" / name for seed in seeds for name in files],
        }

    def tune(self, **changes) -> Path:
        """Tune with the first of the seeds in this process; returns the model's folder."""
        arguments = self.arguments(**changes)
        train.main(**arguments)
        return arguments["out"][0].parent

    def start(self, *, processes: int = 1, **changes) -> subprocess.Popen:
        """The stage as a process of its own, or as several."""
        several = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        stage = "tests.training.sharded_on_cpu" if changes.get("fsdp") else "workflow_scripts.stages.train"
        words = [sys.executable, *(several if processes > 1 else []), "-m", stage]
        for name, value in self.arguments(**changes).items():
            several = value if isinstance(value, list) else [json.dumps(value) if name == "settings" else value]
            words += [f"--{name}", *map(str, several)]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "TMPDIR": str(self.folder)}
        return subprocess.Popen(words, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True)


def weights(model: Path) -> dict[str, torch.Tensor]:
    return load_file(model / "model.safetensors")


def logged(model: Path, name: str = "loss") -> dict[int, float]:
    """What a run's log says of each step."""
    rows = map(json.loads, (model / "log.jsonl").read_text().splitlines())
    return {row["step"]: row[name] for row in rows if "step" in row and name in row}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture
def small(tmp_path, monkeypatch) -> Small:
    monkeypatch.delenv("MULTIINSTRUCT_MEMO", raising=False)
    sizes = {"d_model": 32, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "resnet_width": 4, "code_image_size": 16}
    save(fresh("ofa_nano", seed=0, vocabulary=VOCABULARY, image_bucket_size=8, **sizes), tmp_path / "base")
    for number in range(3):
        picture = Image.effect_noise((SIZE, SIZE), 40 + 20 * number).convert("RGB")
        picture.save(tmp_path / f"{number}.png")
    Manifest(dataset="drawn", root=str(tmp_path)).write(tmp_path / "manifest.json")
    shown = [row(f"shown/{i}", image=f"drawn/{i % 3}.png") for i in range(14)]
    codes = [row(f"code/{i}", image=f"drawn/{i % 3}.png", code=True) for i in range(4)]
    write(tmp_path / "pictures.parquet", shown + codes)
    write(tmp_path / "texts.parquet", [row(f"text/{i}", sources=1 + i % 5) for i in range(12)])
    held_out = [row(f"held_out/{i}", image="drawn/0.png" if i % 2 else None) for i in range(5)]
    write(tmp_path / "held_out.parquet", held_out)
    return Small(tmp_path)
