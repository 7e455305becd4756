"""The named sizes of OFA as plain numbers, and a model's files. Imports nothing heavy: the Snakefile asks it."""

import difflib

FILES = ("config.json", "generation_config.json", "model.safetensors")  # of a model's folder

# The five published architectures, and ofa_nano: small enough to train from scratch on two CPU cores.
SIZES: dict[str, dict] = {
    "ofa_nano": {
        "d_model": 128, "ffn": 512, "heads": 4, "encoder_layers": 3, "decoder_layers": 2,
        "resnet_layers": [1, 1, 1], "resnet_width": 16,
        "init_std": 0.09,  # d_model ** -0.5: with the usual 0.02 a thousand steps pass before it looks at its input
    },
    "ofa_tiny": {
        "d_model": 256, "ffn": 1024, "heads": 4, "encoder_layers": 4, "decoder_layers": 4,
        "resnet_layers": [3, 4, 6], "resnet_width": 64,
    },
    "ofa_medium": {
        "d_model": 512, "ffn": 2048, "heads": 8, "encoder_layers": 4, "decoder_layers": 4,
        "resnet_layers": [3, 4, 23], "resnet_width": 64,
    },
    "ofa_base": {
        "d_model": 768, "ffn": 3072, "heads": 12, "encoder_layers": 6, "decoder_layers": 6,
        "resnet_layers": [3, 4, 23], "resnet_width": 64,
    },
    "ofa_large": {
        "d_model": 1024, "ffn": 4096, "heads": 16, "encoder_layers": 12, "decoder_layers": 12,
        "resnet_layers": [3, 8, 36], "resnet_width": 64,
    },
    "ofa_huge": {
        "d_model": 1280, "ffn": 5120, "heads": 16, "encoder_layers": 24, "decoder_layers": 12,
        "resnet_layers": [3, 8, 36], "resnet_width": 64,
    },
}  # fmt: skip


def size_fields(size: str) -> dict:
    """The configuration fields of a named size; an unknown name is an error that lists the known ones."""
    if size not in SIZES:
        near = difflib.get_close_matches(size, SIZES, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown model size {size!r}; the sizes are {', '.join(SIZES)}.{hint}")
    shape = dict(SIZES[size])
    ffn, heads = shape.pop("ffn"), shape.pop("heads")
    both_sides = {f"{side}_ffn_dim": ffn for side in ("encoder", "decoder")}
    both_sides |= {f"{side}_attention_heads": heads for side in ("encoder", "decoder")}
    return shape | both_sides | {"resnet_layers": list(shape["resnet_layers"])}
