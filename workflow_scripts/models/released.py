"""Models that their authors have released: files, addresses, licences; ours, ofa_nano, comes with the package.

Imports nothing heavy: the Snakefile asks it.
"""

from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.models.ofa.sizes import FILES, SIZES
from workflow_scripts.raw.files import File
from workflow_scripts.tokens.vocabulary import FILES as BPE_FILES
from workflow_scripts.tokens.vocabulary import RELEASED as BPE_SHA256


@dataclass(frozen=True)
class Release:
    """What belongs together and is fetched together."""

    title: str
    home: str
    licence: str
    citation: str
    files: tuple[File, ...]


_OFA = "https://github.com/OFA-Sys/OFA"
_OFA_RAW = "https://raw.githubusercontent.com/OFA-Sys/OFA/a36b91ce86ff105ac8d9e513aa88f42b85e33479"
_OFA_CHECKPOINTS = "https://ofa-beijing.oss-cn-beijing.aliyuncs.com/checkpoints"
_OFA_PORT = "https://huggingface.co/OFA-Sys"
_FAIRSEQ_BPE = "https://dl.fbaipublicfiles.com/fairseq/gpt2_bpe"
_TAMING = "https://heibox.uni-heidelberg.de/f"

_OFA_PAPER = (
    "Wang et al., OFA: Unifying Architectures, Tasks, and Modalities Through a Simple Sequence-to-Sequence Learning "
    "Framework, ICML 2022"
)


def _ofa(size: str) -> Release:
    file = File(f"{size}.pt", urls=(f"{_OFA_CHECKPOINTS}/{size}.pt",))
    return Release(f"{size}, pre-trained", f"{_OFA}/blob/main/checkpoints.md", "Apache-2.0", _OFA_PAPER, (file,))


def _port(size: str) -> Release:
    home = f"{_OFA_PORT}/{size.replace('_', '-')}"
    files = tuple(File(name, urls=(f"{home}/resolve/main/{name}",)) for name in ("config.json", "pytorch_model.bin"))
    return Release(f"{size}, pre-trained, as its Hugging Face port", home, "Apache-2.0", _OFA_PAPER, files)


NANO = "ofa_nano"
OFA_SIZES = tuple(size for size in SIZES if size != NANO)
BPE, NANO_BPE = "ofa_bpe", "ofa_nano_bpe"
VQGAN, NANO_VQGAN = "vqgan_gumbel_f8", "ofa_nano_vqgan"
# Codes along a side of a picture: the released YAML has resolution 256 and four levels; ours 32 and patches of 8.
GRIDS = {VQGAN: 32, NANO_VQGAN: 4}

SHIPPED = Path(__file__).parent / "shipped"  # what is released with this package; its README.md is the model card
SUMS = "SHA256SUMS"  # lines of a digest and <release>/<file>, as sha256sum writes and checks them
NANO_FILES = {NANO: FILES, NANO_BPE: BPE_FILES, NANO_VQGAN: ("config.json", "model.safetensors")}


def _nano(release: str, title: str) -> Release:
    lines = (SHIPPED / SUMS).read_text(encoding="utf-8").splitlines()
    sums = {path: digest for digest, path in (line.split() for line in lines)}
    files = tuple(File(name, sha256=sums[f"{release}/{name}"]) for name in NANO_FILES[release])
    return Release(title, "workflow_scripts/models/shipped/README.md", "Apache-2.0", "this workflow", files)


RELEASES: dict[str, Release] = {
    **{size: _ofa(size) for size in OFA_SIZES},
    **{f"{size}_port": _port(size) for size in OFA_SIZES},
    NANO: _nano(NANO, "ofa_nano, pre-trained on the miniature world"),
    NANO_BPE: _nano(NANO_BPE, "ofa_nano's text BPE"),
    NANO_VQGAN: _nano(NANO_VQGAN, "the VQ-GAN that ofa_nano's picture codes are of"),
    BPE: Release(
        title="OFA's text BPE: GPT-2's, and the order of its symbols in the vocabulary",
        home=f"{_OFA}/tree/main/utils/BPE",
        licence="Apache-2.0; encoder.json and vocab.bpe are GPT-2's (MIT)",
        citation=_OFA_PAPER,
        files=tuple(
            File(name, urls=(f"{_OFA_RAW}/utils/BPE/{name}", f"{_FAIRSEQ_BPE}/{name}"), bytes=size, sha256=digest)
            for name, size, digest in zip(BPE_FILES, (1_042_301, 456_318, 603_290), BPE_SHA256, strict=True)
        ),
    ),
    VQGAN: Release(
        title="VQ-GAN trained on OpenImages, f = 8, 8,192 codes, Gumbel quantisation: the one that OFA's codes are of",
        home="https://github.com/CompVis/taming-transformers",
        licence="MIT",
        citation="Esser, Rombach and Ommer, Taming Transformers for High-Resolution Image Synthesis, CVPR 2021",
        files=(
            File("last.ckpt", urls=(f"{_TAMING}/34a747d5765840b5a99d/?dl=1",)),
            File("model.yaml", urls=(f"{_TAMING}/b24d14998a8d4f19a34f/?dl=1",)),
        ),
    ),
}

# The configuration's words, in place of a path.
RELEASED = "released"
PORT = "released_port"  # of model.base: the Hugging Face port of the same checkpoint, from another host
