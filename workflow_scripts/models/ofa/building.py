"""Making and keeping OFA models: fresh weights, folders that appear whole."""

import tempfile
from pathlib import Path

import torch
from transformers.utils import logging

from workflow_scripts.errors import BadData
from workflow_scripts.files import replacing
from workflow_scripts.models.ofa.configuration import named
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration

logging.disable_progress_bar()  # of loading and saving: bars that last a blink, in every log
FILES = ("config.json", "generation_config.json", "model.safetensors")


def fresh(size: str, *, seed: int, **overrides) -> OFAForConditionalGeneration:
    """A model of a named size with weights drawn by the seed; overrides: fields of OFAConfig."""
    torch.manual_seed(seed)
    return OFAForConditionalGeneration(named(size, **overrides))


def save(model: OFAForConditionalGeneration, folder: Path) -> None:
    """Write FILES to the folder, each whole or not at all."""
    with tempfile.TemporaryDirectory() as making:
        model.save_pretrained(making)
        for name in FILES:
            with replacing(folder / name) as part:
                part.write_bytes((Path(making) / name).read_bytes())


def load(folder: Path) -> OFAForConditionalGeneration:
    """The model that `save` wrote, in evaluation mode. Raises BadData if the folder holds no such model."""
    try:
        return OFAForConditionalGeneration.from_pretrained(folder, local_files_only=True).eval()
    except (OSError, ValueError, RuntimeError) as error:
        fix = "delete the folder and run snakemake again"
        raise BadData(f"cannot load the model: {error}", file=folder, fix=fix) from error
