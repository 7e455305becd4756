"""Pictures and texts to what OFA's forward takes, and its answers back."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from transformers import AutoTokenizer, BatchFeature

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.models.batches import HALF, normalised
from workflow_scripts.models.ofa import prompts
from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.pictures import square
from workflow_scripts.regions import Region, clamped_bins, from_bins, parse
from workflow_scripts.tokens.ofa_tokenizer import OFATokenizer
from workflow_scripts.tokens.vocabulary import EOS

SETTINGS = "processor_config.json"


class OFAProcessor:
    """Tokenizer and image transform of one checkpoint.

    size: pixels of the square that pictures become; released checkpoints were tuned at 480 (512 for grounding).
    max_image_size: the side over which locations are divided, 512 in released checkpoints whatever the size. A box of
    a picture then has bins x / width * size / max_image_size * 999.
    mean, std: of each colour; 0.5 but for ImageNet classification. max_length: tokens of a source, bos, eos included.
    """

    def __init__(
        self,
        tokenizer: OFATokenizer,
        *,
        size: int = 480,
        max_image_size: int = 512,
        mean: Sequence[float] = HALF,
        std: Sequence[float] = HALF,
        max_length: int = 1024,
    ):
        if size > max_image_size:
            raise ValueError(f"size={size} is above max_image_size={max_image_size}: boxes would have no bins")
        self.tokenizer, self.size, self.max_image_size = tokenizer, size, max_image_size
        self.mean, self.std, self.max_length = tuple(mean), tuple(std), max_length

    @classmethod
    def from_pretrained(cls, folder: Path | str, **settings) -> "OFAProcessor":
        """From a folder that `save_pretrained` wrote, or one with encoder.json, vocab.bpe and dict.txt.

        settings: of the constructor; they win over what the folder says.
        """
        folder = Path(folder)
        if (folder / "tokenizer.json").is_file():
            tokenizer = OFATokenizer.from_pretrained(folder)
        else:
            tokenizer = OFATokenizer.from_files(folder)
        file = folder / SETTINGS
        try:
            kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
            return cls(tokenizer, **kept | settings)
        except (ValueError, TypeError) as error:
            if not file.is_file():
                raise
            raise BadData(f"not a processor's settings: {error}", file=file, fix="save the processor again") from error

    def save_pretrained(self, folder: Path | str) -> None:
        """Write the tokenizer's files and processor_config.json."""
        self.tokenizer.save_pretrained(folder)
        names = ("size", "max_image_size", "mean", "std", "max_length")
        write_text(Path(folder) / SETTINGS, json.dumps({name: getattr(self, name) for name in names}, indent=2) + "\n")

    def __call__(
        self,
        text: str | Sequence[str],
        images: Image.Image | Sequence[Image.Image | None] | None = None,
        return_tensors: str = "pt",
    ) -> BatchFeature:
        """input_ids and attention_mask (B, T); with a picture also pixel_values (B, 3, size, size), patch_masks (B,).

        images: one for each text, None where there is none (black and hidden). A source longer than max_length is cut,
        its eos kept, and a warning counts such sources.
        """
        if return_tensors != "pt":
            raise ValueError(f"return_tensors={return_tensors!r}: OFA takes torch's tensors, 'pt'")
        texts = [text] if isinstance(text, str) else list(text)
        pictures = [images] * len(texts) if images is None or isinstance(images, Image.Image) else list(images)
        if len(pictures) != len(texts):
            raise ValueError(f"{len(texts)} texts and {len(pictures)} images: give one image, or None, for each text")
        sources = self.tokenizer([t if t.startswith(" ") else f" {t}" for t in texts])["input_ids"]
        if cut := sum(len(ids) > self.max_length for ids in sources):
            warnings.warn(f"{cut} of {len(sources)} texts were cut to {self.max_length} tokens", stacklevel=2)
        sources = [ids if len(ids) <= self.max_length else [*ids[: self.max_length - 1], EOS] for ids in sources]
        batch = self.tokenizer.pad({"input_ids": sources}, padding=True, return_tensors="pt")
        if any(picture is not None for picture in pictures):
            batch["pixel_values"] = torch.stack([self._pixels(picture) for picture in pictures])
            batch["patch_masks"] = torch.tensor([picture is not None for picture in pictures])
        return BatchFeature(dict(batch))

    def _pixels(self, picture: Image.Image | None) -> torch.Tensor:
        picture = Image.new("RGB", (1, 1)) if picture is None else picture
        return normalised(square(picture, self.size), self.mean, self.std)

    def caption(self, images: Image.Image | Sequence[Image.Image]) -> BatchFeature:
        """What makes a released checkpoint describe each picture; `prompts` has its other tasks."""
        count = 1 if isinstance(images, Image.Image) else len(images)
        return self([prompts.caption()] * count, images)

    def decode(self, ids) -> str:
        """The text of one answer; specials vanish."""
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()

    def batch_decode(self, rows) -> list[str]:
        """The texts of several answers."""
        return [self.decode(ids) for ids in rows]

    def spell(self, region: Region, picture: Image.Image | tuple[int, int]) -> str:
        """A box x0, y0, x1, y1 in pixels as location tokens.

        picture: the picture or its width and height. What lies outside is moved to the border, and a warning says so;
        the original writes <unk> there.
        """
        width, height = picture if isinstance(picture, tuple) else picture.size
        bins, outside = clamped_bins(region, width, height, scale=self.size / self.max_image_size)
        if outside:
            problem = f"region {tuple(region)} leaves its picture of {width} x {height} pixels; it was clamped"
            warnings.warn(problem, stacklevel=2)
        return " ".join(f"<bin_{b}>" for b in bins)

    def regions(self, text: str, picture: Image.Image | tuple[int, int]) -> list[Region]:
        """The boxes that an answer names, in pixels of the picture."""
        width, height = picture if isinstance(picture, tuple) else picture.size
        return [from_bins(bins, width, height, scale=self.size / self.max_image_size) for bins in parse(text)]


AutoTokenizer.register(OFAConfig, fast_tokenizer_class=OFATokenizer, exist_ok=True)
