"""Checkpoints of the original OFA: what its fairseq wrote, `.pt`."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from workflow_scripts.errors import BadData
from workflow_scripts.models.ofa.configuration import OFAConfig, read_configuration
from workflow_scripts.models.pickles import load_pickled

# Bottleneck blocks of the three stages; the small ones use bottlenecks too, unlike torchvision's.
RESNETS = {
    "resnet18": [2, 2, 2], "resnet34": [3, 4, 6], "resnet50": [3, 4, 6], "resnet101": [3, 4, 23],
    "resnet152": [3, 8, 36],
}  # fmt: skip
FIELDS = {  # ours -> fairseq's
    "d_model": "encoder_embed_dim", "encoder_layers": "encoder_layers", "decoder_layers": "decoder_layers",
    "encoder_attention_heads": "encoder_attention_heads", "decoder_attention_heads": "decoder_attention_heads",
    "encoder_ffn_dim": "encoder_ffn_embed_dim", "decoder_ffn_dim": "decoder_ffn_embed_dim",
    "attn_scale_factor": "attn_scale_factor", "freeze_resnet": "freeze_resnet",
    "max_source_positions": "max_source_positions", "max_target_positions": "max_target_positions",
    "token_bucket_size": "token_bucket_size", "image_bucket_size": "image_bucket_size",
    "code_image_size": "code_image_size", "interpolate_position": "interpolate_position",
    "orig_patch_image_size": "orig_patch_image_size", "dropout": "dropout", "attention_dropout": "attention_dropout",
    "encoder_drop_path_rate": "encoder_drop_path_rate", "decoder_drop_path_rate": "decoder_drop_path_rate",
    "label_smoothing": "label_smoothing",
}  # fmt: skip
NEEDED = (
    "encoder_embed_dim", "encoder_ffn_embed_dim", "decoder_ffn_embed_dim", "encoder_layers", "decoder_layers",
    "encoder_attention_heads", "decoder_attention_heads", "resnet_type",
)  # fmt: skip
# What every official script sets and this model is always built with; a file without the entry means the same.
SWITCHES = {
    "encoder_normalize_before": True, "decoder_normalize_before": True, "share_all_embeddings": True,
    "share_decoder_input_output_embed": True, "layernorm_embedding": True, "patch_layernorm_embedding": True,
    "code_layernorm_embedding": True, "add_type_embedding": True, "scale_attn": True, "scale_fc": True,
    "scale_heads": True, "scale_resids": False, "entangle_position_embedding": False, "disable_entangle": True,
    "no_scale_embedding": True, "activation_fn": "gelu", "encoder_prompt": False, "decoder_prompt": False,
    "adaptive_input": False, "encoder_learned_pos": True, "decoder_learned_pos": True,
}  # fmt: skip
SYNC_BN_EPS = 1e-3  # what the original's synchronised BatchNorm uses, where the plain one has 1e-5
FIX = "take a checkpoint of OFA as it was released or as OFA's own training wrote it"


def read(path: Path) -> tuple[OFAConfig, dict[str, torch.Tensor]]:
    """Configuration and tensors of a checkpoint in either of fairseq's styles; nothing in the file is executed.

    The tensors are those of `model`; an average of the weights beside them (`extra_state.ema`) is not read, as the
    original does unless told to. Raises BadData if the file does not load safely or describes another model than ours.
    """
    content = load_pickled(path, fix=FIX, classes=[argparse.Namespace])
    tensors = content.get("model") if isinstance(content, Mapping) else None
    if not isinstance(tensors, Mapping) or not all(isinstance(t, torch.Tensor) for t in tensors.values()):
        raise BadData("no `model` of tensors in it", file=path, fix=FIX)
    cfg = _mapping(content.get("cfg"))
    settings = _mapping(content.get("args")) or _mapping(cfg.get("model"))  # older style, newer style
    if not settings:
        raise BadData("neither `args` nor `cfg.model` in it, which name the architecture", file=path, fix=FIX)
    return _configuration(_mapping(cfg.get("criterion")) | settings, tensors, path), dict(tensors)


def _mapping(settings: object) -> dict:
    """Settings as a dict, without those that are None, as unset ones are; empty if these are no settings."""
    values = vars(settings) if isinstance(settings, argparse.Namespace) else settings
    return {k: v for k, v in values.items() if v is not None} if isinstance(values, Mapping) else {}


def _configuration(settings: Mapping, tensors: Mapping[str, torch.Tensor], path: Path) -> OFAConfig:
    problems = [f"{name} is not given" for name in NEEDED if name not in settings]
    problems += [
        f"{name} is {settings[name]!r}; only {wanted!r} is supported"
        for name, wanted in SWITCHES.items()
        if settings.get(name, wanted) != wanted
    ]
    if str(settings.get("resnet_type", "resnet50")) not in RESNETS:
        problems.append(f"resnet_type is {settings['resnet_type']!r}; there are {', '.join(RESNETS)}")
    sides = [settings.get(f"{side}_embed_dim") for side in ("encoder", "decoder")]
    if sides[1] not in (None, sides[0]):
        problems.append(f"encoder_embed_dim is {sides[0]}, decoder_embed_dim {sides[1]}; they must be equal")
    embedding = tensors.get("encoder.embed_tokens.weight")
    if embedding is None:
        problems.append("encoder.embed_tokens.weight is missing, which tells the vocabulary's size")
    elif settings.get("vocab_size", len(embedding)) != len(embedding):
        problems.append(f"vocab_size is {settings['vocab_size']}, but the embedding has {len(embedding)} rows")
    if problems:
        raise BadData("this is no OFA that can be built:\n" + "\n".join(f"  {p}" for p in problems), file=path, fix=FIX)
    fields = {ours: settings[theirs] for ours, theirs in FIELDS.items() if theirs in settings}
    fields |= {"vocab_size": len(embedding), "resnet_layers": RESNETS[settings["resnet_type"]]}
    if settings.get("sync_bn"):  # it wins over freeze_resnet
        fields |= {"resnet_norm_eps": SYNC_BN_EPS, "freeze_resnet": False}
    return read_configuration(fields, path)
