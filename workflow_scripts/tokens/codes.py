"""The picture codes of a part of a picture."""

import functools
from collections.abc import Mapping
from pathlib import Path

import torch

from workflow_scripts.models.vqgan import VQGAN, picture_to_tensor
from workflow_scripts.pictures import locate, open_picture, roots


@functools.cache
def _loaded(folder: Path) -> VQGAN:
    torch.set_num_threads(1)  # one picture at a time: threads cost more than they bring
    return VQGAN.load(folder)


@functools.cache
def _roots(manifests: tuple[Path, ...]) -> dict[str, Path]:
    return roots(manifests)


def picture_codes(example: Mapping, vqgan: Path, manifests: tuple[Path, ...]) -> list[int]:
    """Codes 0..8191 of the example's target_crop, resized to the VQ-GAN's square, row by row."""
    model = _loaded(vqgan)
    x0, y0, x1, y1 = example["target_crop"]
    picture = open_picture(locate(example["image"], _roots(manifests))).convert("RGB")
    box = (round(x0), round(y0), max(round(x1), round(x0) + 1), max(round(y1), round(y0) + 1))
    pixels = picture_to_tensor(picture.crop(box), model.config.image_size, square=True)  # (3, size, size)
    return model.encode(pixels.unsqueeze(0))[0].flatten().tolist()
