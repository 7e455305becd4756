"""VQ-GAN: a picture as a small grid of codes, and back.

The networks are taming-transformers' Encoder and Decoder with its parameter names, so that the original's Lightning
checkpoints load unchanged. Departures from the original classes:

* `encode` takes the best code and never samples. The original GumbelVQ draws Gumbel noise in evaluation too, so that
  its codes change from call to call.
* `encode` makes a picture's codes depend on it alone: a convolution over a batch rounds differently from one over a
  picture, so pictures in which a code was chosen by less than that noise are encoded once more, each by itself.
* `VQGANConfig.patch` > 1 stacks squares of pixels as channels first, so that a small model need not work at full
  resolution: four times the steps in the same time. And its maps can be wide: taming normalises in 32 groups, so that
  32 channels would each lose their mean, and with it the colour of a plain background.
* No loss networks: LPIPS needs torchvision, and nothing here trains an adversary.

Axes: batch; 3 (red, green, blue); H, W: pixels; h, w: the code grid, H // factor and W // factor;
z: channels of encoder and decoder's ends (z_channels); d: of one code's vector (embed_dim); n: codes.
"""

import contextlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import yaml
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from taming.modules.diffusionmodules.model import Decoder, Encoder
from taming.modules.vqvae.quantize import VectorQuantizer
from torch import Tensor, nn
from torch.nn import functional

from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.files import replacing, write_text
from workflow_scripts.models.pickles import load_pickled

CODES_MAX = 8192  # <code_0> to <code_8191>
BATCH_PIXELS = 2**20  # that are encoded together: 16 pictures of 256 x 256
# Share of the largest score by which a batch's scores may differ from a picture's own: more than ten times what was
# measured (up to 1.5e-6 over nets of both kinds, batches of 2 to 32, one and two threads).
NOISE = 2e-5
GROUPS = 32  # of taming's group normalisation: every width is a multiple of it
CODEBOOK_WEIGHT = 0.25  # taming's beta: its quantiser weighs the commitment by 1 and the codebook's pull by this
FIXED = {"double_z": False, "in_channels": 3, "out_ch": 3, "resamp_with_conv": True, "remap": None}  # in a YAML
KINDS = {"GumbelVQ": "gumbel", "VQModel": "vq"}  # the original's class -> VQGANConfig.kind


@dataclass(frozen=True)
class VQGANConfig:
    """Sizes of a VQ-GAN; the default is the nano that the miniature world trains."""

    kind: Literal["vq", "gumbel"] = "vq"
    image_size: int = 64  # pixels: of the pictures it was made for; it takes others too
    codes: int = 512
    embed_dim: int = 32
    z_channels: int = 32
    ch: int = 64
    ch_mult: tuple[int, ...] = (1,)  # channels of level k = ch * ch_mult[k]; each level after the first halves
    num_res_blocks: int = 1
    attn_resolutions: tuple[int, ...] = ()  # sides of the networks' maps at which attention is added
    patch: int = 8  # side of the squares of pixels that are stacked as channels for the networks; the original has 1

    def __post_init__(self):
        object.__setattr__(self, "ch_mult", tuple(self.ch_mult))
        object.__setattr__(self, "attn_resolutions", tuple(self.attn_resolutions))
        if problems := self._problems():
            raise BadConfig("\n".join(problems))

    def _problems(self) -> list[str]:
        found = []
        if self.kind not in KINDS.values():
            found.append(f"kind is {self.kind!r}; known: {', '.join(sorted(KINDS.values()))}")
        for name in ("image_size", "codes", "embed_dim", "z_channels", "ch", "num_res_blocks", "patch"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                found.append(f"{name} is {getattr(self, name)!r}, not a whole number above zero")
        for name in ("ch_mult", "attn_resolutions"):
            if any(not isinstance(k, int) or k < 1 for k in getattr(self, name)):
                found.append(f"{name} is {getattr(self, name)!r}, not whole numbers above zero")
        if found:
            return found
        if self.codes > CODES_MAX:
            found.append(f"codes is {self.codes}; the vocabulary has {CODES_MAX}")
        if not self.ch_mult:
            found.append("ch_mult is empty: at least one level is needed")
        if self.ch % GROUPS:
            found.append(f"ch is {self.ch}, not a multiple of {GROUPS} (group normalisation)")
        if self.image_size % self.factor:
            found.append(f"image_size is {self.image_size}, not a multiple of {self.factor}, a code's side in pixels")
        if self.kind == "gumbel" and self.embed_dim != self.z_channels:
            found.append(f"embed_dim is {self.embed_dim}, z_channels {self.z_channels}; gumbel needs them equal")
        return found

    @property
    def factor(self) -> int:
        """Pixels along one side of a code's square."""
        return self.patch * 2 ** (len(self.ch_mult) - 1)

    @property
    def grid(self) -> int:
        """Codes along one side of a picture of `image_size`."""
        return self.image_size // self.factor


class NearestQuantize(VectorQuantizer):
    """taming's VectorQuantizer, with its choice and its table as methods of their own."""

    def scores(self, prequant: Tensor) -> Tensor:
        """How near each vector is, the nearest highest: (batch, d, h, w) -> (batch, h, w, n)."""
        z = prequant.permute(0, 2, 3, 1)  # (batch, h, w, d)
        table = self.embedding.weight  # (n, d)
        return 2 * z @ table.T - table.square().sum(1)  # |z|^2 less |z - e|^2, the same for every e

    def vectors(self, codes: Tensor) -> Tensor:
        """(batch, h, w) -> (batch, d, h, w)."""
        return functional.embedding(codes, self.embedding.weight).permute(0, 3, 1, 2)


class GumbelQuantize(nn.Module):
    """As taming's GumbelQuantize without its training: the most probable code, no noise."""

    def __init__(self, n_e: int, e_dim: int):
        super().__init__()
        self.proj = nn.Conv2d(e_dim, n_e, 1)
        self.embed = nn.Embedding(n_e, e_dim)

    def scores(self, prequant: Tensor) -> Tensor:
        """The logits: (batch, d, h, w) -> (batch, h, w, n)."""
        return self.proj(prequant).permute(0, 2, 3, 1)

    def vectors(self, codes: Tensor) -> Tensor:
        """(batch, h, w) -> (batch, d, h, w)."""
        return self.embed(codes).permute(0, 3, 1, 2)


class VQGAN(nn.Module):
    """Encoder, codebook and decoder (module docstring: axes, and how it departs from the original)."""

    def __init__(self, config: VQGANConfig):
        super().__init__()
        self.config = config
        sizes = {
            "ch": config.ch,
            "out_ch": 3 * config.patch**2,
            "ch_mult": config.ch_mult,
            "num_res_blocks": config.num_res_blocks,
            "attn_resolutions": config.attn_resolutions,
            "in_channels": 3 * config.patch**2,
            "resolution": config.image_size // config.patch,
            "z_channels": config.z_channels,
        }
        self.encoder = Encoder(**sizes, double_z=False)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints its sizes
            self.decoder = Decoder(**sizes)
        self.quantize: NearestQuantize | GumbelQuantize
        if config.kind == "gumbel":
            self.quantize = GumbelQuantize(config.codes, config.embed_dim)
        else:
            self.quantize = NearestQuantize(config.codes, config.embed_dim, beta=CODEBOOK_WEIGHT)
        self.quant_conv = nn.Conv2d(config.z_channels, config.embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(config.embed_dim, config.z_channels, 1)

    def prequant(self, images: Tensor) -> Tensor:
        """What the quantiser sees: (batch, 3, H, W) in [-1, 1] -> (batch, d, h, w)."""
        stacked = functional.pixel_unshuffle(images, self.config.patch)  # (batch, 3 * patch^2, H / patch, W / patch)
        return self.quant_conv(self.encoder(stacked))  # (batch, z, h, w) -> (batch, d, h, w)

    def reconstruct(self, quant: Tensor) -> Tensor:
        """Pictures from code vectors: (batch, d, h, w) -> (batch, 3, H, W), about [-1, 1], not clamped."""
        stacked = self.decoder(self.post_quant_conv(quant))  # (batch, z, h, w) -> (batch, 3 * patch^2, ...)
        return functional.pixel_shuffle(stacked, self.config.patch)  # (batch, 3, H, W)

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        """Codes of pictures: (batch, 3, H, W) in [-1, 1] -> (batch, h, w) int64; a picture's depend on it alone."""
        if images.ndim != 4 or images.shape[1] != 3 or not images.is_floating_point():
            raise ValueError(f"images are {images.dtype} {tuple(images.shape)}, not floating (batch, 3, H, W)")
        if images.shape[2] % self.config.patch or images.shape[3] % self.config.patch:
            raise ValueError(f"images are {tuple(images.shape)}: H and W must be multiples of {self.config.patch}")
        images = images.to(self.post_quant_conv.weight.device)
        size = max(BATCH_PIXELS // (images.shape[2] * images.shape[3]), 1)
        return torch.cat([self._encode_together(batch) for batch in images.split(size)])

    def _encode_together(self, images: Tensor) -> Tensor:
        scores = self.quantize.scores(self.prequant(images))  # (batch, h, w, n)
        best = scores.topk(min(2, scores.shape[-1]), dim=-1)  # (batch, h, w, 2)
        codes = best.indices[..., 0].clone()
        if len(images) > 1:
            margin = (best.values[..., 0] - best.values[..., -1]).flatten(1).amin(1)  # (batch,)
            close = margin <= NOISE * scores.abs().flatten(1).amax(1)
            for number in close.nonzero().flatten().tolist():
                codes[number] = self._encode_together(images[number, None])[0]
        return codes

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Tensor:
        """Pictures of codes: (batch, h, w) int64 -> (batch, 3, H, W), about [-1, 1], not clamped."""
        codes = codes.to(self.post_quant_conv.weight.device)
        if codes.ndim != 3 or codes.min() < 0 or codes.max() >= self.config.codes:
            raise ValueError(f"codes are {tuple(codes.shape)}, not (batch, h, w) of 0..{self.config.codes - 1}")
        return self.reconstruct(self.quantize.vectors(codes))

    def save(self, folder: Path) -> None:
        """Write model.safetensors, then config.json; each appears whole or not at all."""
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()}
        with replacing(folder / "model.safetensors") as part:
            part.write_bytes(save(tensors))  # save_file would let nobody else read it
        write_text(folder / "config.json", json.dumps(asdict(self.config), indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "VQGAN":
        """A model that `save` wrote, in evaluation mode; raises BadData."""
        file, weights = folder / "config.json", folder / "model.safetensors"
        again = "delete the folder and make the model again"
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadData(f"not a readable JSON file: {error}", file=file, fix=again) from error
        known = {field.name for field in fields(VQGANConfig)}
        if not isinstance(values, dict) or set(values) != known:
            raise BadData(f"expected exactly the keys {sorted(known)}", file=file, fix=again)
        try:
            tensors = load_file(weights)
        except (OSError, SafetensorError) as error:
            raise BadData(f"not a readable safetensors file: {error}", file=weights, fix=again) from error
        return _filled(_config(values, file), tensors, weights)

    @classmethod
    def load_lightning(cls, ckpt: Path, yaml_file: Path) -> "VQGAN":
        """A checkpoint of the original code with its YAML, in evaluation mode; nothing in either is executed.

        Raises BadData. Tensors named loss.* (discriminator, LPIPS) are left out; half precision becomes float32.
        """
        config = _lightning_config(yaml_file)
        fix = "fetch the VQ-GAN's checkpoint again; it must be a Lightning file with a `state_dict` of tensors"
        content = load_pickled(ckpt, fix=fix, classes=INERT)
        tensors = content.get("state_dict") if isinstance(content, Mapping) else None
        if not isinstance(tensors, Mapping) or not all(isinstance(t, Tensor) for t in tensors.values()):
            raise BadData("no `state_dict` of tensors in it", file=ckpt, fix=fix)
        return _filled(config, {k: t for k, t in tensors.items() if not k.startswith("loss.")}, ckpt)


class _Callback:
    """Stands for a class that a checkpoint names and we do not need."""


# Lightning keys its callbacks' states by their class, so a weights-only load meets this name.
INERT = [(_Callback, "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint")]


def _lightning_config(file: Path) -> VQGANConfig:
    """The original's YAML (`model: target, params: embed_dim, n_embed, ddconfig`) as our config."""
    fix = "use the YAML that was published with the checkpoint"
    try:
        model = yaml.safe_load(file.read_text(encoding="utf-8"))["model"]
        kind = model["target"].rsplit(".", 1)[-1]
        params, sizes = model["params"], model["params"]["ddconfig"]
        values = {
            "kind": KINDS.get(kind, kind),
            "image_size": sizes["resolution"],
            "codes": params["n_embed"],
            "embed_dim": params["embed_dim"],
            "patch": 1,
        }
        values |= {k: sizes[k] for k in ("z_channels", "ch", "ch_mult", "num_res_blocks", "attn_resolutions")}
        given = {k: v for k, v in {**params, **sizes}.items() if k in FIXED}
    except KeyError as error:
        raise BadData(f"the key {error} is missing", file=file, fix=fix) from error
    except (OSError, ValueError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise BadData(f"not a VQ-GAN's YAML: {error}", file=file, fix=fix) from error
    if wrong := {k: v for k, v in given.items() if v != FIXED[k]}:
        raise BadData(f"not supported: {wrong}; wanted {FIXED}", file=file, fix=fix)
    return _config(values, file)


def _config(values: Mapping[str, Any], file: Path) -> VQGANConfig:
    try:
        return VQGANConfig(**values)
    except (BadConfig, TypeError) as error:
        raise BadData(str(error), file=file, fix="the file does not describe a VQ-GAN that can be built") from error


def _filled(config: VQGANConfig, tensors: Mapping[str, Tensor], file: Path) -> VQGAN:
    """A model of these tensors; all that is missing, extra or of another shape is named in one error."""
    model = VQGAN(config)
    wanted = model.state_dict()
    problems = [f"missing: {name} {tuple(wanted[name].shape)}" for name in sorted(wanted.keys() - tensors.keys())]
    problems += [f"extra: {name} {tuple(tensors[name].shape)}" for name in sorted(tensors.keys() - wanted.keys())]
    problems += [
        f"shape: {name} is {tuple(tensors[name].shape)}, not {tuple(wanted[name].shape)}"
        for name in sorted(wanted.keys() & tensors.keys())
        if tensors[name].shape != wanted[name].shape
    ]
    if problems:
        raise BadData(
            "the tensors do not fit the configuration:\n" + "\n".join(f"  {p}" for p in problems),
            file=file,
            fix="checkpoint and configuration must be of the same model",
        )
    model.load_state_dict(tensors)
    return model.eval()


def picture_to_tensor(picture: Image.Image, size: int, *, square: bool = False) -> Tensor:
    """A picture as the encoder takes it: (3, H, W) float32 in [-1, 1], Lanczos.

    The shorter side becomes `size` and the other keeps the aspect ratio, rounded down, as the original's transform
    does; `square` makes both sides `size`, for regions.
    """
    if square:
        width = height = size
    else:
        shorter = min(picture.size)
        width, height = (size if side == shorter else math.floor(size * side / shorter) for side in picture.size)
    resized = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(resized)).permute(2, 0, 1)  # (height, width, 3) -> (3, height, width)
    return pixels.to(torch.float32).div(255).mul(2).sub(1).contiguous()


def tensor_to_picture(image: Tensor) -> Image.Image:
    """A decoded picture, (3, H, W) about [-1, 1], as the original makes it: clamped, 8 bits, rounded down."""
    pixels = image.detach().cpu().clamp(-1, 1).add(1).div(2).mul(255).to(torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
