"""The small OFA of the original's reference numbers, and a nano for what needs no reference."""

import pytest
import torch

from workflow_scripts.models.ofa import fairseq
from workflow_scripts.models.ofa.configuration import OFAConfig, named
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration, drop_computed

from . import parity


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """These models are small: more threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    """The original's weights of the small model, under its own names."""
    return drop_computed(fairseq.read(parity.FIXTURES / "tiny/ofa_tiny_random.pt")[1])


@pytest.fixture(scope="module")
def original(weights) -> OFAForConditionalGeneration:
    """The small model with the original's weights; strict loading proves names and shapes."""
    model = OFAForConditionalGeneration(OFAConfig(**parity.SMALL)).eval()
    model.load_state_dict(weights, strict=True)
    return model


@pytest.fixture(scope="module")
def nano() -> OFAForConditionalGeneration:
    torch.manual_seed(0)
    model = OFAForConditionalGeneration(named("ofa_nano", vocab_size=300, code_image_size=64, init_std=0.2)).eval()
    for table in (*model.encoder.token_rel_pos_table_list, *model.decoder.token_rel_pos_table_list):
        torch.nn.init.normal_(table.weight)
    return model
