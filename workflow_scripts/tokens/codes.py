"""The picture codes of parts of pictures."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from workflow_scripts.files import sha256
from workflow_scripts.models.vqgan import VQGAN, picture_to_tensor
from workflow_scripts.pictures import locate, open_picture, roots
from workflow_scripts.tokens.code_cache import CodeCache


class PictureCodes:
    """Codes 0..8191 of examples' target_crop, resized to the VQ-GAN's square, row by row.

    Equal pixels are encoded once by equal weights, in whatever task or run; `encoded` and `known` count.
    """

    def __init__(self, vqgan: Path, manifests: Sequence[Path], cache: CodeCache):
        torch.set_num_threads(1)  # small pictures: threads cost more than they bring
        self._model = VQGAN.load(vqgan)
        self._weights = "".join(sha256(vqgan / name) for name in ("config.json", "model.safetensors"))
        self._roots, self._cache = roots(manifests), cache
        self.encoded = self.known = 0

    def of(self, examples: Sequence[Mapping]) -> list[list[int]]:
        """The codes of each example."""
        pixels = [self._pixels(example) for example in examples]  # (3, size, size) each
        keys = [hashlib.sha256(self._weights.encode() + p.numpy().tobytes()).hexdigest() for p in pixels]
        codes = self._cache.get(dict.fromkeys(keys))
        missing = {key: p for key, p in zip(keys, pixels) if key not in codes}
        self.known += len(keys) - len(missing)
        self.encoded += len(missing)
        if missing:
            grids = self._model.encode(torch.stack(list(missing.values())))  # (missing, h, w)
            made = dict(zip(missing, grids.flatten(1).tolist()))
            self._cache.put(made)
            codes |= made
        return [codes[key] for key in keys]

    def _pixels(self, example: Mapping) -> torch.Tensor:
        x0, y0, x1, y1 = example["target_crop"]
        picture = open_picture(locate(example["target_image"] or example["image"], self._roots)).convert("RGB")
        box = (round(x0), round(y0), max(round(x1), round(x0) + 1), max(round(y1), round(y0) + 1))
        return picture_to_tensor(picture.crop(box), self._model.config.image_size, square=True)
