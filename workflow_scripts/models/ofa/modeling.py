"""OFA for transformers: `OFAForConditionalGeneration`.

Parameters carry fairseq's names, so the `model` part of a released checkpoint is a state dict of this class once
`drop_computed` has taken out the constant tables.
"""

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForSeq2SeqLM, GenerationMixin, PreTrainedModel
from transformers import initialization as init
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import Seq2SeqLMOutput

from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.models.ofa.decoder import Decoder
from workflow_scripts.models.ofa.encoder import Encoder, OFAEncoderOutput, refuse_attentions
from workflow_scripts.models.ofa.layers import Attention
from workflow_scripts.models.ofa.losses import smoothed_loss
from workflow_scripts.models.ofa.positions import RelativeTable

IGNORE = -100
# Entries of fairseq checkpoints that this model computes or has no use for.
COMPUTED = (".version", ".token_rp_bucket", ".image_rp_bucket", ".image_position_idx")


def drop_computed(state_dict: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A fairseq state dict without version marks and constant tables: what `load_state_dict` takes strictly."""
    return {key: value for key, value in state_dict.items() if not key.endswith(COMPUTED)}


class OFAForConditionalGeneration(PreTrainedModel, GenerationMixin):
    """The unified model: text with or without a picture in, text, boxes or image codes out."""

    config_class = OFAConfig
    config: OFAConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    input_modalities = ("image", "text")
    supports_gradient_checkpointing = True
    accepts_loss_kwargs = True
    _supports_sdpa = True
    _no_split_modules = ["EncoderLayer", "DecoderLayer", "Bottleneck"]  # noqa: RUF012
    _skip_keys_device_placement = ["past_key_values"]  # noqa: RUF012
    _keys_to_ignore_on_load_unexpected = [  # noqa: RUF012
        r"\.version$", r"\.(token|image)_rp_bucket$", r"\.image_position_idx$",
    ]  # fmt: skip
    _tied_weights_keys = {  # noqa: RUF012
        "decoder.embed_tokens.weight": "encoder.embed_tokens.weight",
        "decoder.output_projection.weight": "encoder.embed_tokens.weight",
    }

    def __init__(self, config: OFAConfig):
        super().__init__(config)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, RelativeTable):
            init.zeros_(module.weight)
        elif isinstance(module, Attention):
            init.ones_(module.c_attn)
        elif isinstance(module, nn.Conv2d):
            init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        else:
            super()._init_weights(module)

    def get_input_embeddings(self) -> nn.Embedding:
        return self.encoder.embed_tokens

    def set_input_embeddings(self, value: nn.Embedding) -> None:
        self.encoder.embed_tokens = value
        self.decoder.embed_tokens = value

    def get_output_embeddings(self) -> nn.Linear:
        return self.decoder.output_projection

    def set_output_embeddings(self, value: nn.Linear) -> None:
        self.decoder.output_projection = value

    def get_image_features(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Pictures (B, 3, H, W) -> feature maps (B, C, H/16, W/16) for `image_features` of forward and generate.

        Several samples on one picture: compute its features once and repeat their rows.
        """
        return self.encoder.embed_images(pixel_values)

    def prepare_decoder_input_ids_from_labels(self, labels: torch.Tensor) -> torch.Tensor:
        """Labels (B, T) moved one to the right behind bos; ignored places become padding."""
        shifted = labels.new_full(labels.shape, self.config.decoder_start_token_id)
        shifted[:, 1:] = labels[:, :-1]
        return shifted.masked_fill(shifted == IGNORE, self.config.pad_token_id)

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        pixel_values: torch.Tensor | None = None,
        patch_masks: torch.Tensor | None = None,
        image_features: torch.Tensor | None = None,
        patch_orders: torch.Tensor | None = None,
        decoder_input_ids: torch.Tensor | None = None,
        decoder_attention_mask: torch.Tensor | None = None,
        code_masks: torch.Tensor | bool | None = None,
        labels: torch.Tensor | None = None,
        encoder_outputs: OFAEncoderOutput | None = None,
        past_key_values: EncoderDecoderCache | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Seq2SeqLMOutput | tuple:
        """One pass through encoder and decoder.

        input_ids (B, T): the instruction, padded right with 1; attention_mask (B, T): by default where it is not 1.
        pixel_values (B, 3, H, W), or image_features (B, C, H/16, W/16) from `get_image_features`; none: text only.
        patch_masks bool (B,): False hides that sample's picture. patch_orders (B, P): use only these patches.
        decoder_input_ids (B, Q): by default the labels behind bos; decoder_attention_mask (B, K): rarely needed,
        padding on the right is never seen. code_masks bool or (B,): True where the decoder writes image codes.
        labels (B, Q): -100 and padding are ignored. The loss is the mean over target tokens or, where the Trainer
        gives num_items_in_batch, the sum divided by it; logits of ignored targets are not computed (zeros).
        """
        refuse_attentions(output_attentions)
        if encoder_outputs is None:
            if input_ids is None:
                raise ValueError("give input_ids (with pixel_values or image_features if there is a picture)")
            encoder_outputs = self.encoder(
                input_ids, attention_mask, pixel_values, patch_masks, image_features, patch_orders,
                output_hidden_states=output_hidden_states,
            )  # fmt: skip
        elif getattr(encoder_outputs, "position_embeddings", None) is None:
            raise ValueError("encoder_outputs must be what model.encoder(...) returned: an OFAEncoderOutput")
        if decoder_input_ids is None:
            if labels is None:
                raise ValueError("give decoder_input_ids (starting with bos) or labels")
            decoder_input_ids = self.prepare_decoder_input_ids_from_labels(labels)
        caching = labels is None and (self.config.use_cache if use_cache is None else use_cache)
        if caching and past_key_values is None and not (self.training and self.is_gradient_checkpointing):
            past_key_values = EncoderDecoderCache(DynamicCache(), DynamicCache())
        cache = past_key_values if caching else None
        decoded = self.decoder(
            decoder_input_ids, encoder_outputs, decoder_attention_mask, code_masks, cache, output_hidden_states
        )
        loss, logits = self.loss_and_logits(decoded.last_hidden_state, labels, num_items_in_batch)
        output = Seq2SeqLMOutput(
            loss=loss,
            logits=logits,
            past_key_values=decoded.past_key_values,
            decoder_hidden_states=decoded.hidden_states,
            encoder_last_hidden_state=encoder_outputs.last_hidden_state,
            encoder_hidden_states=encoder_outputs.hidden_states,
        )
        return output.to_tuple() if return_dict is False else output

    def loss_and_logits(self, states, labels, num_items_in_batch) -> tuple[torch.Tensor | None, torch.Tensor]:
        """States (B, Q, D) and labels (B, Q) or None -> loss or None, logits (B, Q, V)."""
        project = self.decoder.output_projection
        if labels is None:
            return None, project(states)
        counted = ((labels != IGNORE) & (labels != self.config.pad_token_id)).flatten().nonzero().squeeze(1)  # (N,)
        targets, chosen = labels.flatten()[counted], project(states.flatten(0, 1)[counted])  # (N,), (N, V)
        total = targets.numel() if num_items_in_batch is None else num_items_in_batch
        loss = smoothed_loss(chosen, targets, self.config.label_smoothing) / total
        logits = chosen.new_zeros(labels.numel(), chosen.shape[-1]).index_copy(0, counted, chosen)
        return loss, logits.unflatten(0, labels.shape)

    def _prepare_text_encoder_decoder_kwargs_for_generation(self, inputs_tensor, model_kwargs, *args, **kwargs):
        model_kwargs = super()._prepare_text_encoder_decoder_kwargs_for_generation(
            inputs_tensor, model_kwargs, *args, **kwargs
        )
        for name in ("pixel_values", "image_features", "patch_masks", "patch_orders"):
            model_kwargs.pop(name, None)  # used up: nothing to repeat for every beam
        return model_kwargs

    def _expand_inputs_for_generation(self, expand_size=1, is_encoder_decoder=False, input_ids=None, **model_kwargs):
        positions = None
        encoded = model_kwargs.get("encoder_outputs")
        if encoded is not None and encoded.position_embeddings.shape[0] == 1:
            positions = encoded.position_embeddings  # shared by all samples and therefore by all beams
        input_ids, model_kwargs = super()._expand_inputs_for_generation(
            expand_size, is_encoder_decoder, input_ids, **model_kwargs
        )
        if positions is not None:
            model_kwargs["encoder_outputs"]["position_embeddings"] = positions
        return input_ids, model_kwargs


AutoConfig.register("ofa", OFAConfig, exist_ok=True)
AutoModelForSeq2SeqLM.register(OFAConfig, OFAForConditionalGeneration, exist_ok=True)
