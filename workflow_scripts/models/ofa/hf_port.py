"""Folders of OFA's first Hugging Face port: its configuration and its names of parameters."""

import re
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.errors import BadData
from workflow_scripts.models.ofa.configuration import OFAConfig, read_configuration
from workflow_scripts.models.ofa.fairseq import FIX, RESNETS

NAMES = {  # of the port's parameters -> fairseq's, which are ours
    "encoder.layers.N.self_attn_mid_layer_norm": "encoder.layers.N.attn_ln",
    "decoder.layers.N.self_attn_mid_layer_norm": "decoder.layers.N.self_attn_ln",
    "decoder.layers.N.cross_attn": "decoder.layers.N.encoder_attn",
    "decoder.layers.N.cross_attn_layer_norm": "decoder.layers.N.encoder_attn_layer_norm",
    "decoder.layers.N.cross_attn_mid_layer_norm": "decoder.layers.N.cross_attn_ln",
    "encoder.layers.N.ffn_layer_norm": "encoder.layers.N.ffn_layernorm",
    "decoder.layers.N.ffn_layer_norm": "decoder.layers.N.ffn_layernorm",
}
FIELDS = (  # of its config.json that mean the same here
    "vocab_size", "d_model", "encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads",
    "encoder_ffn_dim", "decoder_ffn_dim", "attn_scale_factor", "token_bucket_size", "image_bucket_size",
    "code_image_size", "dropout", "attention_dropout", "encoder_drop_path_rate", "decoder_drop_path_rate",
)  # fmt: skip
NEEDED = (
    "vocab_size", "d_model", "encoder_ffn_dim", "decoder_ffn_dim", "encoder_layers", "decoder_layers",
    "encoder_attention_heads", "decoder_attention_heads", "resnet_type",
)  # fmt: skip
SWITCHES = {
    "normformer": True, "encoder_normalize_before": True, "decoder_normalize_before": True,
    "layernorm_embedding": True, "patch_layernorm_embedding": True, "code_layernorm_embedding": True,
    "add_type_embedding": True, "share_decoder_input_output_embed": True, "entangle_position_embedding": False,
    "scale_embedding": False, "activation_function": "gelu",
}  # fmt: skip
_LAYER = re.compile(r"((?:en|de)coder\.layers\.)(\d+)(\.\w+)(.*)")


def is_port(config: Mapping) -> bool:
    """Whether a config.json is the port's and not ours, which bears the same model_type."""
    return "resnet_type" in config


def our_name(name: str) -> str:
    """Our name of one of the port's parameters."""
    if found := _LAYER.fullmatch(name):
        start, number, part, rest = found.groups()
        part = NAMES.get(f"{start}N{part}", f"{start}N{part}").removeprefix(f"{start}N")
        return f"{start}{number}{part}{rest}"
    return name


def configuration(config: Mapping, file: Path) -> OFAConfig:
    """Our configuration for the port's. Raises BadData if it describes another model than ours."""
    problems = [f"{name} is not given" for name in NEEDED if name not in config]
    problems += [
        f"{name} is {config[name]!r}; only {wanted!r} is supported"
        for name, wanted in SWITCHES.items()
        if config.get(name, wanted) != wanted
    ]
    if str(config.get("resnet_type", "resnet50")) not in RESNETS:
        problems.append(f"resnet_type is {config['resnet_type']!r}; there are {', '.join(RESNETS)}")
    if problems:
        raise BadData("this is no OFA that can be built:\n" + "\n".join(f"  {p}" for p in problems), file=file, fix=FIX)
    fields = {name: config[name] for name in FIELDS if name in config}
    fields |= {"resnet_layers": RESNETS[config["resnet_type"]]}
    if "max_position_embeddings" in config:
        fields |= dict.fromkeys(("max_source_positions", "max_target_positions"), config["max_position_embeddings"])
    return read_configuration(fields, file)
