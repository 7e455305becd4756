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
    """(height, width, 3) of 0..255 -> (3, height, width) float32: (x / 255 - mean) / std of each colour."""
    shares = torch.from_numpy(np.asarray(pixels).transpose(2, 0, 1).copy()).float().div_(255)
    return shares.sub_(torch.tensor(mean)[:, None, None]).div_(torch.tensor(std)[:, None, None])


class Pictures:
    """Pictures as OFA takes them: `square`, then `normalised`. Recent ones are kept as bytes."""

    def __init__(self, roots: Mapping[str, Path], size: int, *, keep_bytes: int = 1 << 30):
        self._roots, self.size = roots, size
        self._keep = max(keep_bytes // (3 * size * size), 1)
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    def pixels(self, row: Mapping) -> Tensor:
        """(3, size, size) float32, black at the mask. Raises BadData if the file is missing or does not decode."""
        image = row["image"]
        if image not in self._kept:
            self._kept[image] = np.asarray(square(open_picture(locate(image, self._roots)), self.size))
            if len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        self._kept.move_to_end(image)
        if row["mask"] is None:
            return normalised(self._kept[image])
        return normalised(black_out(self._kept[image], row["mask"], row["width"], row["height"]))

    def batch(self, rows: Sequence[Mapping]) -> dict[str, Tensor]:
        """pixel_values (batch, 3, size, size) and patch_masks (batch,); black and hidden where there is no picture.

        rows: of schemas.SHARDS. Nothing at all if none has a picture: text costs no image encoder.
        """
        shown = [row["image"] is not None for row in rows]
        if not any(shown):
            return {}
        black = torch.full((3, self.size, self.size), -1.0)
        stacked = torch.stack([self.pixels(row) if has_image else black for row, has_image in zip(rows, shown)])
        return {"pixel_values": stacked, "patch_masks": torch.tensor(shown)}


def padded(sequences: Sequence[Sequence[int]], fill: int) -> Tensor:
    """(batch, longest) int64, padded at the end."""
    out = torch.full((len(sequences), max(map(len, sequences))), fill)
    for row, ids in zip(out, sequences):
        row[: len(ids)] = torch.tensor(ids)
    return out


def source_ids(sources: Sequence[Sequence[int]]) -> Tensor:
    """Encoder input: bos, ids, eos, padding."""
    return padded([[BOS, *ids, EOS] for ids in sources], PAD)


def target_labels(targets: Sequence[Sequence[int]]) -> Tensor:
    """Labels: ids, eos, ignored padding."""
    return padded([[*ids, EOS] for ids in targets], IGNORE)
