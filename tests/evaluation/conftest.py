"""A model that knows nothing, its tokenizer, and shards of two tasks: what evaluation starts from."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from PIL import Image

from workflow_scripts import schemas
from workflow_scripts.models.ofa.building import fresh, save
from workflow_scripts.models.ofa.sizes import FILES
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.regions import spell
from workflow_scripts.stages import evaluate
from workflow_scripts.tokens.bpe import TextTokenizer, train
from workflow_scripts.tokens.vocabulary import FILES as TOKENIZER_FILES

SIZE = 32  # of pictures, pixels
TEXT = "yes no a red dog and the blue cat look at this picture choose from options"
SETTINGS = {
    "beams": 3, "max_length": 8, "no_repeat_ngram": 3, "batch_size": 4, "image_size": SIZE, "modes": ["free"],
    "bf16": False,
}  # fmt: skip
BOXES = [spell(box, 100, 100) for box in ((0, 0, 50, 50), (50, 50, 100, 100))]


@dataclass
class World:
    """A folder with `models/<n>/`, `tokenizer/`, pictures, and `shards/<task>/test.parquet`."""

    folder: Path

    @property
    def text(self) -> TextTokenizer:
        return TextTokenizer(self.folder / "tokenizer")

    def rows(self, task: str) -> list[dict]:
        return list(schemas.read(self.folder / f"shards/{task}/test.parquet", schemas.SHARDS))

    def arguments(self, *, models=(0,), tasks=("seen", "read"), out="out", **settings) -> dict:
        return {
            "tasks": list(tasks),
            "settings": SETTINGS | settings,
            "threads": 1,
            "models": [self.folder / f"models/{n}" / name for n in models for name in FILES],
            "tokenizer": [self.folder / "tokenizer" / name for name in TOKENIZER_FILES],
            "shards": [self.folder / f"shards/{task}/test.parquet" for task in tasks],
            "manifests": [self.folder / "pictures/manifest.json"],
            "out": [self.folder / out / str(n) / f"{task}.parquet" for n in models for task in tasks],
        }

    def evaluate(self, **changes) -> tuple[str, list[Path]]:
        """What the stage says, and its tables."""
        arguments = self.arguments(**changes)
        return evaluate.main(**arguments), arguments["out"]


def predicted(path: Path) -> list[dict]:
    return list(schemas.read(path, schemas.PREDICTIONS))


def _row(task: str, number: int, text: TextTokenizer, *, image: str | None) -> dict:
    draw = random.Random(f"{task} {number}")
    options = BOXES if number % 2 else ["red dog", "blue cat", "yes"]
    return {
        "instance_id": f"{task}/{number}",
        "sources": [text.encode(" ".join(draw.choices(TEXT.split(), k=draw.randint(2, 9)))) for _ in range(3)],
        "name_source": None, "target": text.encode(options[0]), "target_is_code": False, "truncated": 0,
        "target_text": options[0], "references": [options[0]], "options": options if image else [],
        "image": image, "width": SIZE if image else None, "height": SIZE if image else None, "mask": None,
        "subtask": None if image else f"sub{number % 2}",
    }  # fmt: skip


@pytest.fixture(scope="session")
def _made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    train([TEXT] * 3, symbols=300, folder=folder / "tokenizer")
    text = TextTokenizer(folder / "tokenizer")
    for n in range(2):
        small = {"d_model": 32, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "resnet_width": 4, "init_std": 0.2}
        save(
            fresh("ofa_nano", seed=n, vocabulary=text.vocabulary, image_bucket_size=16, **small), folder / f"models/{n}"
        )
    (folder / "pictures").mkdir()
    for n in range(3):
        Image.new("RGB", (SIZE, SIZE), (80 * n, 200 - 80 * n, 0)).save(folder / f"pictures/{n}.png")
    Manifest(dataset="drawn", root=str(folder / "pictures")).write(folder / "pictures/manifest.json")
    for task, seen in (("seen", True), ("read", False)):
        rows = [_row(task, n, text, image=f"drawn/{n % 3}.png" if seen else None) for n in range(7)]
        schemas.write(rows, schemas.SHARDS, folder / f"shards/{task}/test.parquet")
    return folder


@pytest.fixture
def world(_made, monkeypatch) -> World:
    monkeypatch.delenv("MULTIINSTRUCT_MEMO", raising=False)
    torch.set_num_threads(1)
    return World(_made)
