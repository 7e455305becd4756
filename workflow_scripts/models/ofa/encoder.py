"""OFA's encoder: image patches, then text, in one sequence."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutput

from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.models.ofa.layers import Attention, DropPath, drop_path_rates, feed_forward
from workflow_scripts.models.ofa.positions import (
    RelativeTable,
    grid_ids,
    hide,
    image_index,
    image_table_rows,
    relative_bias,
    split_heads,
    token_index,
)
from workflow_scripts.models.ofa.resnet import ResNet


@dataclass
class OFAEncoderOutput(BaseModelOutput):
    """What the decoder needs: S = image patches (row by row), then text.

    last_hidden_state (B, S, D); attention_mask bool (B, S), True where there is something to attend to;
    position_embeddings (B, S, D), or (1, S, D) where all samples share their positions;
    hidden_states: the input of the first layer and the output of every layer, before the final LayerNorm.
    """

    attention_mask: torch.Tensor | None = None
    position_embeddings: torch.Tensor | None = None


class EncoderLayer(GradientCheckpointingLayer):
    """Pre-norm self-attention and FFN, each with a second LayerNorm inside."""

    def __init__(self, config: OFAConfig, layer: int, drop_path: float):
        super().__init__()
        dim, ffn = config.d_model, config.encoder_ffn_dim
        self.self_attn = Attention(
            dim, config.encoder_attention_heads, config.attn_scale_factor, config.attention_dropout, layer
        )
        self.self_attn_layer_norm = nn.LayerNorm(dim)
        self.attn_ln = nn.LayerNorm(dim)
        self.final_layer_norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, ffn)
        self.ffn_layernorm = nn.LayerNorm(ffn)
        self.fc2 = nn.Linear(ffn, dim)
        self.dropout = nn.Dropout(config.dropout)
        self.drop_path = DropPath(drop_path)

    def forward(self, x, absolute, hidden, token_table, image_table, token_rows, image_rows):
        """States (B, S, D) -> (B, S, D).

        absolute (1 or B, heads, S, S): the bias all layers share; hidden (B, 1, 1, S): hides masked keys;
        token_table, image_table (rows, heads): this layer's relative biases; token_rows (T, T) and
        image_rows (P, P) or (B, P, P) or None: which row each pair of positions takes.
        """
        text = relative_bias(token_rows, token_table)  # (1, heads, T, T)
        if image_rows is None:
            bias = absolute + text
        else:
            image = relative_bias(image_rows, image_table)  # (1 or B, heads, P, P)
            patches, samples = image.shape[-1], max(absolute.shape[0], image.shape[0])
            relative = image.new_zeros(samples, *absolute.shape[1:])
            relative[..., :patches, :patches] = image
            relative[..., patches:, patches:] = text
            bias = absolute + relative
        attended = self.self_attn.over_self(self.self_attn_layer_norm(x), bias, hidden)
        x = x + self.drop_path(self.dropout(self.attn_ln(attended)))
        return x + self.drop_path(self.dropout(feed_forward(self, x)))


class Encoder(nn.Module):
    """Token ids and a picture to states, a mask and position embeddings (`OFAEncoderOutput`)."""

    main_input_name = "input_ids"

    def __init__(self, config: OFAConfig):
        super().__init__()
        self.config = config
        self.gradient_checkpointing = False
        dim, heads, layers = config.d_model, config.encoder_attention_heads, config.encoder_layers
        self.heads = heads
        self.scale = (dim // heads * config.attn_scale_factor) ** -0.5
        self.embed_tokens = nn.Embedding(config.vocab_size, dim, config.pad_token_id)
        self.layernorm_embedding = nn.LayerNorm(dim)
        self.type_embedding = nn.Embedding(2, dim)  # row 0 text, row 1 image
        self.embed_images = ResNet(
            config.resnet_layers, config.resnet_width, config.freeze_resnet, config.resnet_norm_eps
        )
        self.image_proj = nn.Linear(self.embed_images.out_channels, dim)
        self.patch_layernorm_embedding = nn.LayerNorm(dim)
        self.embed_positions = nn.Embedding(config.max_source_positions + 2, dim)
        self.embed_image_positions = nn.Embedding(config.image_bucket_size**2 + 1, dim)
        self.pos_ln = nn.LayerNorm(dim)
        self.image_pos_ln = nn.LayerNorm(dim)
        self.pos_q_linear = nn.Linear(dim, dim)
        self.pos_k_linear = nn.Linear(dim, dim)
        rates = drop_path_rates(config.encoder_drop_path_rate, layers)
        self.layers = nn.ModuleList(EncoderLayer(config, i, rate) for i, rate in enumerate(rates))
        self.layer_norm = nn.LayerNorm(dim)
        token_rows, image_rows = 2 * config.token_bucket_size - 1, image_table_rows(config.image_bucket_size)
        self.token_rel_pos_table_list = nn.ModuleList(RelativeTable(token_rows, heads) for _ in range(layers))
        self.image_rel_pos_table_list = nn.ModuleList(RelativeTable(image_rows, heads) for _ in range(layers))
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        pixel_values: torch.Tensor | None = None,
        patch_masks: torch.Tensor | None = None,
        image_features: torch.Tensor | None = None,
        patch_orders: torch.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
    ) -> OFAEncoderOutput:
        """Encode text (B, T) and, where given, one picture a sample; see OFAForConditionalGeneration.forward."""
        refuse_attentions(output_attentions)
        text_mask = input_ids.ne(self.config.pad_token_id) if attention_mask is None else attention_mask.bool()
        x = self.embed_tokens(input_ids) + self.type_embedding.weight[0]
        x = self.dropout(self.layernorm_embedding(x))  # (B, T, D)
        positions = self.pos_ln(self.embed_positions.weight[: input_ids.shape[1]])[None]  # (1, T, D)
        config, length, mask, image_rows = self.config, input_ids.shape[1], text_mask, None
        token_rows = token_index(length, length, config.token_bucket_size, config.max_source_positions, x.device)
        if image_features is None and pixel_values is not None:
            image_features = self.embed_images(pixel_values)
        if image_features is not None:
            check_image(image_features, patch_masks, input_ids.shape[0], self.embed_images.out_channels)
            patches, patch_positions, patch_ids = self.embed_patches(image_features, patch_orders)
            x = torch.cat([patches, x], dim=1)  # (B, S, D)
            rows = patch_positions.shape[0]
            positions = torch.cat([patch_positions, positions.expand(rows, -1, -1)], dim=1)
            image_rows = image_index(patch_ids, patch_ids, config.image_bucket_size)  # (P, P) or (B, P, P)
            seen = text_mask.new_ones(patches.shape[:2])
            if patch_masks is not None:
                seen = seen & patch_masks.bool()[:, None]
            mask = torch.cat([seen, text_mask], dim=1)  # (B, S)
        return self.run_layers(x, mask, positions, token_rows, image_rows, output_hidden_states)

    def embed_patches(self, features: torch.Tensor, orders: torch.Tensor | None) -> tuple[torch.Tensor, ...]:
        """Feature maps (B, C, h, w) to patches (B, P, D), position embeddings (1 or B, P, D), ids (P,) or (B, P)."""
        height, width = features.shape[-2:]
        ids = grid_ids(height, width, self.config.image_bucket_size, features.device)  # (P,)
        positions = self.patch_position_rows(ids, height, width)[None]  # (1, P, D)
        patches = features.flatten(2).transpose(1, 2)  # (B, P, C)
        if orders is not None:  # a choice of patches per sample
            ids, positions = ids[orders], positions[0][orders]  # (B, P), (B, P, D)
            patches = patches.gather(1, orders[..., None].expand(-1, -1, patches.shape[-1]))
        patches = self.image_proj(patches) + self.type_embedding.weight[1]  # (B, P, D)
        return self.dropout(self.patch_layernorm_embedding(patches)), self.image_pos_ln(positions), ids

    def patch_position_rows(self, ids: torch.Tensor, height: int, width: int) -> torch.Tensor:
        """Position embeddings of a patch grid before LayerNorm: (P, D), interpolated if so configured."""
        side = self.config.orig_patch_image_size // 16
        if not self.config.interpolate_position or height * width <= side * side:
            return self.embed_image_positions(ids)
        old = self.embed_image_positions(grid_ids(side, side, self.config.image_bucket_size, ids.device))
        old = old.T.unflatten(1, (side, side))[None]  # (1, D, side, side)
        return F.interpolate(old, size=(height, width), mode="bilinear")[0].flatten(1).T

    def run_layers(self, x, mask, positions, token_rows, image_rows, output_hidden_states) -> OFAEncoderOutput:
        """Embedded sequence (B, S, D) under mask (B, S) through all layers; arguments as in EncoderLayer."""
        queries = split_heads(self.pos_q_linear(positions) * self.scale, self.heads)  # (1 or B, heads, S, d)
        keys = split_heads(self.pos_k_linear(positions), self.heads)
        absolute = queries @ keys.transpose(-1, -2)  # (1 or B, heads, S, S)
        hidden = hide(mask, absolute.dtype)  # (B, 1, 1, S)
        x = x * mask[..., None]
        states = [x]
        tables = zip(self.token_rel_pos_table_list, self.image_rel_pos_table_list)
        for layer, (token_table, image_table) in zip(self.layers, tables):
            x = layer(x, absolute, hidden, token_table.weight, image_table.weight, token_rows, image_rows)
            states.append(x)
        return OFAEncoderOutput(
            last_hidden_state=self.layer_norm(x),
            hidden_states=tuple(states) if output_hidden_states else None,
            attention_mask=mask,
            position_embeddings=positions,
        )


def check_image(features: torch.Tensor, patch_masks: torch.Tensor | None, batch: int, channels: int) -> None:
    """Refuse image features or patch masks that do not belong to this batch or this model."""
    if features.dim() != 4 or features.shape[0] != batch or features.shape[1] != channels:
        raise ValueError(
            f"image features are {tuple(features.shape)}, expected ({batch}, {channels}, height, width): "
            "one feature map per sample, from get_image_features of this model"
        )
    if patch_masks is not None and tuple(patch_masks.shape) != (batch,):
        raise ValueError(f"patch_masks are {tuple(patch_masks.shape)}, expected ({batch},): one bool per sample")


def refuse_attentions(output_attentions: bool | None) -> None:
    """Attention weights do not exist outside the fused kernels."""
    if output_attentions:
        raise ValueError("this model computes attention in fused kernels: leave output_attentions off")
