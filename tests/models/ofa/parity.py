"""The original's reference numbers, read from ../shared/fixtures/ofa, and how near ours are to them.

The README there says how the numbers were made and what differences to expect.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

FIXTURES = Path(__file__).parents[4] / "shared/fixtures/ofa"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason=f"{FIXTURES} is absent: parity with the original OFA is NOT checked"
)
SMALL = {
    "vocab_size": 1233, "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 128,
    "decoder_ffn_dim": 128, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "resnet_layers": [2, 2, 2],
    "code_image_size": 64, "label_smoothing": 0.1,
}  # fmt: skip


def arrays(path: str) -> dict[str, torch.Tensor]:
    with np.load(FIXTURES / path, allow_pickle=False) as data:
        return {key: torch.from_numpy(data[key]) for key in data.files}


def entries(path: str) -> dict:
    return json.loads((FIXTURES / path).read_text())


def source(case: dict) -> dict:
    """The encoder's inputs of a forward case."""
    names = {"input_ids": "src_tokens", "pixel_values": "patch_images", "patch_masks": "patch_masks"}
    return {ours: case[theirs] for ours, theirs in names.items() if theirs in case}


def furthest(ours: torch.Tensor, theirs: torch.Tensor, where: torch.Tensor | None = None) -> float:
    assert ours.shape == theirs.shape
    difference = (ours - theirs).abs()
    return (difference if where is None else difference[where]).max().item()
