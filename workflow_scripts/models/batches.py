"""Rows of shards as the tensors that OFA takes, for training and for evaluation alike."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from workflow_scripts.models.ofa.modeling import IGNORE
from workflow_scripts.pictures import black_out, locate, open_picture, square
from workflow_scripts.tokens.vocabulary import BOS, EOS, PAD

HALF = (0.5, 0.5, 0.5)


def normalised(pixels: Image.Image | np.ndarray, mean: Sequence[float] = HALF, std: Sequence[float] = HALF) -> Tensor:
    """(..., height, width, 3) of 0..255 -> (..., 3, height, width) float32: (x / 255 - mean) / std of each colour."""
    shares = torch.from_numpy(np.moveaxis(np.asarray(pixels), -1, -3).copy()).float().div_(255)
    return shares.sub_(torch.tensor(mean)[:, None, None]).div_(torch.tensor(std)[:, None, None])


class Pictures:
    """Pictures as OFA takes them: `square`, then `normalised`. Recent ones are kept as bytes."""

    def __init__(self, roots: Mapping[str, Path], size: int, *, keep_bytes: int = 1 << 30):
        self._roots, self.size = roots, size
        self._keep = max(keep_bytes // (3 * size * size), 1)
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self._black = np.zeros((size, size, 3), np.uint8)

    def pixels(self, row: Mapping) -> np.ndarray:
        """(size, size, 3) uint8, black at the mask. Raises BadData if the file is missing or does not decode."""
        image = row["image"]
        if image not in self._kept:
            self._kept[image] = np.asarray(square(open_picture(locate(image, self._roots)), self.size))
            if len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        self._kept.move_to_end(image)
        if row["mask"] is None:
            return self._kept[image]
        return black_out(self._kept[image], row["mask"], row["width"], row["height"])

    def batch(self, rows: Sequence[Mapping]) -> dict[str, Tensor]:
        """pixel_values (batch, 3, size, size) and patch_masks (batch,); black and hidden where there is no picture.

        rows: of schemas.SHARDS. Nothing at all if none has a picture: text costs no image encoder.
        """
        shown = [row["image"] is not None for row in rows]
        if not any(shown):
            return {}
        pixels = np.stack([self.pixels(row) if has_image else self._black for row, has_image in zip(rows, shown)])
        return {"pixel_values": normalised(pixels), "patch_masks": torch.tensor(shown)}


def padded(sequences: Sequence[Sequence[int]], fill: int) -> Tensor:
    """(batch, longest) int64, padded at the end."""
    out = torch.full((len(sequences), max(map(len, sequences))), fill)
    rows = out.numpy()
    for row, ids in zip(rows, sequences):
        row[: len(ids)] = ids
    return out


def source_ids(sources: Sequence[Sequence[int]]) -> Tensor:
    """Encoder input: bos, ids, eos, padding."""
    return padded([[BOS, *ids, EOS] for ids in sources], PAD)


def target_labels(targets: Sequence[Sequence[int]]) -> Tensor:
    """Labels: ids, eos, ignored padding."""
    return padded([[*ids, EOS] for ids in targets], IGNORE)
