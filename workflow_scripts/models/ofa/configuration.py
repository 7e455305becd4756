"""OFA's configuration, in transformers' vocabulary."""

from dataclasses import field
from pathlib import Path

from huggingface_hub.dataclasses import strict
from huggingface_hub.errors import StrictDataclassError
from transformers import PretrainedConfig

from workflow_scripts.errors import BadData
from workflow_scripts.models.ofa.sizes import SIZES, size_fields

__all__ = ["SIZES", "OFAConfig", "named", "read_configuration"]


@strict
class OFAConfig(PretrainedConfig):
    """Sizes and switches of one OFA model; the defaults are ofa_base with the released vocabulary.

    What every official script switches on (pre-norm, LayerNorm after attention and inside the FFN, a learnt scale per
    head, untied position bias, shared embeddings) is not a switch here: the model is always built that way.
    """

    model_type = "ofa"
    keys_to_ignore_at_inference = ["past_key_values", "encoder_last_hidden_state"]  # noqa: RUF012
    attribute_map = {  # noqa: RUF012
        "hidden_size": "d_model",
        "num_attention_heads": "encoder_attention_heads",
        "num_hidden_layers": "encoder_layers",
        "max_position_embeddings": "max_source_positions",
    }

    vocab_size: int = 59457
    d_model: int = 768
    encoder_layers: int = 6
    decoder_layers: int = 6
    encoder_attention_heads: int = 12
    decoder_attention_heads: int = 12
    encoder_ffn_dim: int = 3072
    decoder_ffn_dim: int = 3072
    attn_scale_factor: float = 2.0  # scores are scaled by (factor * head_dim) ** -0.5

    resnet_layers: list[int] = field(default_factory=lambda: [3, 4, 23])  # bottleneck blocks of the three stages
    resnet_width: int = 64  # planes of the first stage; the output has 16 times as many channels
    resnet_norm_eps: float = 1e-5  # of BatchNorm; checkpoints trained with fairseq's sync_bn have 1e-3
    freeze_resnet: bool = False  # BatchNorm keeps its statistics and affine parameters while training

    max_source_positions: int = 1024
    max_target_positions: int = 1024
    token_bucket_size: int = 256  # relative offsets up to half of it are exact, further ones logarithmic
    image_bucket_size: int = 42  # an image has at most this many patches per side
    code_image_size: int = 128  # side in pixels of an image that the decoder writes as codes (8 per code)
    interpolate_position: bool = False  # stretch the position table of orig_patch_image_size over larger images
    orig_patch_image_size: int = 256

    dropout: float = 0.1
    attention_dropout: float = 0.0
    encoder_drop_path_rate: float = 0.0  # of the last layer; rises linearly from 0 at the first
    decoder_drop_path_rate: float = 0.0
    label_smoothing: float = 0.0  # fairseq's: spread over the other V - 1 tokens
    init_std: float = 0.02

    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    decoder_start_token_id: int | None = 0
    is_encoder_decoder: bool = True
    tie_word_embeddings: bool = True
    use_cache: bool = True

    def validate_architecture(self):
        """Refuse shapes that the model could not be built with."""
        super().validate_architecture()
        for side in ("encoder", "decoder"):
            heads = getattr(self, f"{side}_attention_heads")
            if self.d_model % heads:
                raise ValueError(
                    f"d_model={self.d_model} is not a multiple of {side}_attention_heads={heads}; change one of them"
                )
        if len(self.resnet_layers) != 3 or min(self.resnet_layers) < 1:
            raise ValueError(f"resnet_layers={self.resnet_layers}: give three positive block counts, such as [3, 4, 6]")
        if self.code_image_size % 8 or not 8 <= self.code_image_size <= 8 * self.image_bucket_size:
            raise ValueError(
                f"code_image_size={self.code_image_size} must be a multiple of 8 "
                f"between 8 and {8 * self.image_bucket_size}"
            )
        if not self.tie_word_embeddings:
            raise ValueError("OFA shares one embedding between encoder, decoder and output: keep tie_word_embeddings")


def read_configuration(fields: dict, file: Path) -> OFAConfig:
    """The configuration that a file gives. Raises BadData if no OFA can be built from it."""
    fractions = {name for name, kind in OFAConfig.__annotations__.items() if kind is float}
    fields = {k: float(v) if k in fractions and type(v) is int else v for k, v in fields.items()}  # "dropout": 0
    try:
        return OFAConfig(**fields)
    except (ValueError, TypeError, StrictDataclassError) as error:
        fix = "take a checkpoint of OFA as it was released, or as this project saved it"
        raise BadData(f"not the configuration of an OFA that can be built: {error}", file=file, fix=fix) from error


def named(size: str, **overrides) -> OFAConfig:
    """The configuration of a named size (`SIZES`); keyword arguments replace single fields."""
    return OFAConfig(**(size_fields(size) | overrides))
