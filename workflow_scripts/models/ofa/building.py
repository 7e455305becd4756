"""Making and keeping OFA models: fresh weights, folders that appear whole."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers.utils import PushToHubMixin, logging

from workflow_scripts.files import replacing
from workflow_scripts.models.ofa.configuration import named
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.models.ofa.sizes import FILES
from workflow_scripts.regions import BINS
from workflow_scripts.tokens.vocabulary import Vocabulary

MAX_CYCLES = 8.0  # of a wave over all location tokens

logging.disable_progress_bar()  # of loading and saving: bars that last a blink, in every log


def fresh(size: str, *, seed: int, vocabulary: Vocabulary, **overrides) -> OFAForConditionalGeneration:
    """A model of a named size with weights drawn by the seed; overrides: fields of OFAConfig."""
    torch.manual_seed(seed)
    model = OFAForConditionalGeneration(named(size, vocab_size=vocabulary.size, **overrides))
    bins = model.get_input_embeddings().weight.data[vocabulary.first_bin : vocabulary.first_bin + BINS]
    bins.copy_(_neighbours_alike(*bins.shape) * model.config.init_std)
    return model


def _neighbours_alike(rows: int, width: int) -> torch.Tensor:
    """(rows, width) of unit variance in which near rows are alike: waves of random length and phase along the rows.

    A model that starts from nothing sees each location token a few times only; so what it learns of one holds for its
    neighbours.
    """
    cycles, phase = torch.rand(2, width) * torch.tensor([[MAX_CYCLES], [2 * math.pi]])
    position = torch.linspace(0, 1, rows).unsqueeze(1)
    return math.sqrt(2) * torch.sin(2 * math.pi * cycles * position + phase)


def save(model: PushToHubMixin, folder: Path, files: Sequence[str] = FILES) -> None:
    """Write the files of what has save_pretrained, a model or its adapter, to the folder, each whole or not at all."""
    with tempfile.TemporaryDirectory() as making:
        model.save_pretrained(making)
        for name in files:
            with replacing(folder / name) as part:
                part.write_bytes((Path(making) / name).read_bytes())
