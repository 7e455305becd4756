"""Low-rank adapters (LoRA, arXiv 2106.09685) in place of all weights, through peft."""

from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from workflow_scripts.models.ofa.building import save
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.training.variants import ADAPTER_FILES

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]  # of attention and feed-forward layers


def adapted(model: OFAForConditionalGeneration, *, rank: int, alpha: float, dropout: float, seed: int) -> PeftModel:
    """The model with fresh adapters, which alone are trained; its BatchNorms must be frozen."""
    torch.manual_seed(seed)
    return get_peft_model(model, LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=PROJECTIONS))


def save_adapter(model: PeftModel, folder: Path) -> None:
    """Write ADAPTER_FILES to the folder, each whole or not at all."""
    save(model, folder, ADAPTER_FILES)


def merged(model: PeftModel) -> OFAForConditionalGeneration:
    """The model with its adapters added to its weights."""
    return model.merge_and_unload()
