"""OFA's decoder: text, or an image as a sequence of codes (`code_masks`)."""

from dataclasses import dataclass

import torch
from torch import nn
from transformers.cache_utils import EncoderDecoderCache
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.models.ofa.encoder import OFAEncoderOutput
from workflow_scripts.models.ofa.layers import Attention, DropPath, drop_path_rates, feed_forward
from workflow_scripts.models.ofa.positions import (
    RelativeTable,
    code_ids,
    hide,
    image_index,
    image_table_rows,
    relative_bias,
    split_heads,
    token_index,
)


@dataclass
class Places:
    """Position terms of the first N decoder positions; R is 1, or the batch size where text and codes are mixed.

    self_queries, self_keys, cross_queries: (R, heads, N, d), queries scaled; cross_keys: (1 or B, heads, S, d).
    A generation makes them once and keeps them on its cache.
    """

    self_queries: torch.Tensor
    self_keys: torch.Tensor
    cross_queries: torch.Tensor
    cross_keys: torch.Tensor


@dataclass
class RelativeRows:
    """Which row of the relative tables each pair (query, key) takes, (Q, K) each; codes (R,) says who writes codes."""

    token: torch.Tensor | None
    image: torch.Tensor | None
    codes: torch.Tensor | None


class DecoderLayer(GradientCheckpointingLayer):
    """Pre-norm self-attention, cross-attention and FFN, each with a second LayerNorm inside."""

    def __init__(self, config: OFAConfig, layer: int, drop_path: float):
        super().__init__()
        dim, ffn, heads = config.d_model, config.decoder_ffn_dim, config.decoder_attention_heads
        self.self_attn = Attention(dim, heads, config.attn_scale_factor, config.attention_dropout, layer)
        self.self_attn_layer_norm = nn.LayerNorm(dim)
        self.self_attn_ln = nn.LayerNorm(dim)
        self.encoder_attn = Attention(dim, heads, config.attn_scale_factor, config.attention_dropout, layer)
        self.encoder_attn_layer_norm = nn.LayerNorm(dim)
        self.cross_attn_ln = nn.LayerNorm(dim)
        self.final_layer_norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, ffn)
        self.ffn_layernorm = nn.LayerNorm(ffn)
        self.fc2 = nn.Linear(ffn, dim)
        self.dropout = nn.Dropout(config.dropout)
        self.drop_path = DropPath(drop_path)

    def forward(
        self, x, encoder_states, self_bias, cross_bias, token_table, image_table, rows, past_key_values=None
    ) -> torch.Tensor:
        """States (B, Q, D) over encoder states (B, S, D) -> (B, Q, D).

        self_bias (1 or B, heads, Q, K) and cross_bias (B, heads, Q, S): what all layers share, masks included;
        token_table, image_table (rows, heads): this layer's relative biases; rows: `RelativeRows`.
        """
        bias = self_bias + pick_relative_bias(rows, token_table, image_table)
        own = past_key_values.self_attention_cache if past_key_values is not None else None
        attended = self.self_attn.over_self(self.self_attn_layer_norm(x), bias, cache=own)
        x = x + self.drop_path(self.dropout(self.self_attn_ln(attended)))
        attended = self.over_encoder(self.encoder_attn_layer_norm(x), encoder_states, cross_bias, past_key_values)
        x = x + self.drop_path(self.dropout(self.cross_attn_ln(attended)))
        return x + self.drop_path(self.dropout(feed_forward(self, x)))

    def over_encoder(self, x, encoder_states, bias, past_key_values) -> torch.Tensor:
        """Cross-attention (B * K, Q, D) -> (B * K, Q, D): K beams of each of the B encoded sentences share its keys.

        The encoder's keys and values are computed once per cache.
        """
        attention = self.encoder_attn
        if past_key_values is None:
            keys, values = attention.keys_values(encoder_states)
        elif past_key_values.is_updated.get(attention.layer):
            kept = past_key_values.cross_attention_cache.layers[attention.layer]
            keys, values = kept.keys, kept.values
        else:
            cache = past_key_values.cross_attention_cache
            keys, values = cache.update(*attention.keys_values(encoder_states), attention.layer)
            past_key_values.is_updated[attention.layer] = True
        beams = x.shape[0] // keys.shape[0]
        if beams == 1:
            return attention.attend(x, keys, values, bias)
        together = x.reshape(keys.shape[0], -1, x.shape[-1])  # (B, K * Q, D)
        return attention.attend(together, keys, values, bias.repeat(1, 1, beams, 1)).view_as(x)


def pick_relative_bias(rows: RelativeRows, token_table: torch.Tensor, image_table: torch.Tensor) -> torch.Tensor:
    """The relative bias of one layer, of text, of codes or of each sample's own kind: (R, heads, Q, K)."""
    if rows.image is None:
        return relative_bias(rows.token, token_table)
    if rows.token is None:
        return relative_bias(rows.image, image_table)
    text, image = relative_bias(rows.token, token_table), relative_bias(rows.image, image_table)
    return torch.where(rows.codes[:, None, None, None], image, text)


class Decoder(nn.Module):
    """Decoder input ids over an `OFAEncoderOutput` to states; `output_projection` shares the token embedding."""

    main_input_name = "input_ids"

    def __init__(self, config: OFAConfig):
        super().__init__()
        self.config = config
        self.gradient_checkpointing = False
        dim, heads, layers = config.d_model, config.decoder_attention_heads, config.decoder_layers
        self.heads = heads
        self.scale = (dim // heads * config.attn_scale_factor) ** -0.5
        self.embed_tokens = nn.Embedding(config.vocab_size, dim, config.pad_token_id)
        self.layernorm_embedding = nn.LayerNorm(dim)
        self.code_layernorm_embedding = nn.LayerNorm(dim)
        self.embed_positions = nn.Embedding(config.max_target_positions + 2, dim)
        self.embed_image_positions = nn.Embedding(config.image_bucket_size**2 + 1, dim)
        self.pos_ln = nn.LayerNorm(dim)
        self.image_pos_ln = nn.LayerNorm(dim)
        self.self_pos_q_linear = nn.Linear(dim, dim)
        self.self_pos_k_linear = nn.Linear(dim, dim)
        self.cross_pos_q_linear = nn.Linear(dim, dim)
        self.cross_pos_k_linear = nn.Linear(dim, dim)
        rates = drop_path_rates(config.decoder_drop_path_rate, layers)
        self.layers = nn.ModuleList(DecoderLayer(config, i, rate) for i, rate in enumerate(rates))
        self.layer_norm = nn.LayerNorm(dim)
        token_rows, image_rows = 2 * config.token_bucket_size - 1, image_table_rows(config.image_bucket_size)
        self.token_rel_pos_table_list = nn.ModuleList(RelativeTable(token_rows, heads) for _ in range(layers))
        self.image_rel_pos_table_list = nn.ModuleList(RelativeTable(image_rows, heads) for _ in range(layers))
        self.output_projection = nn.Linear(dim, config.vocab_size, bias=False)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        input_ids: torch.Tensor,
        encoder_outputs: OFAEncoderOutput,
        attention_mask: torch.Tensor | None = None,
        code_masks: torch.Tensor | bool | None = None,
        past_key_values: EncoderDecoderCache | None = None,
        output_hidden_states: bool | None = None,
    ) -> BaseModelOutputWithPastAndCrossAttentions:
        """Decode ids (B, Q), which continue what the cache holds; see OFAForConditionalGeneration.forward."""
        past = past_key_values.get_seq_length() if past_key_values is not None else 0
        queries, keys = input_ids.shape[1], past + input_ids.shape[1]
        codes = code_flags(code_masks, input_ids)  # bool (1,) or (B,)
        x = self.embed(input_ids, codes)  # (B, Q, D)
        places = self.places(keys, codes, encoder_outputs.position_embeddings, past_key_values)
        self_bias, cross_bias = self.shared_biases(places, past, keys, attention_mask, encoder_outputs.attention_mask)
        rows = self.relative_rows(queries, keys, codes)
        states = [x]
        tables = zip(self.token_rel_pos_table_list, self.image_rel_pos_table_list)
        for layer, (token_table, image_table) in zip(self.layers, tables):
            x = layer(
                x, encoder_outputs.last_hidden_state, self_bias, cross_bias, token_table.weight, image_table.weight,
                rows, past_key_values=past_key_values,
            )  # fmt: skip
            states.append(x)
        return BaseModelOutputWithPastAndCrossAttentions(
            last_hidden_state=self.layer_norm(x),
            past_key_values=past_key_values,
            hidden_states=tuple(states) if output_hidden_states else None,
        )

    def embed(self, input_ids: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """Ids (B, Q) -> (B, Q, D); codes have a LayerNorm of their own."""
        x = self.embed_tokens(input_ids)
        if not codes.any():
            x = self.layernorm_embedding(x)
        elif codes.all():
            x = self.code_layernorm_embedding(x)
        else:
            x = torch.where(codes[:, None, None], self.code_layernorm_embedding(x), self.layernorm_embedding(x))
        return self.dropout(x)

    def places(self, keys: int, codes: torch.Tensor, encoder_positions: torch.Tensor, cache) -> Places:
        """The position terms of at least the first `keys` decoder positions, from the cache where it has them."""
        known = getattr(cache, "ofa_places", None)
        if known is not None and known.self_keys.shape[2] >= keys:
            return known
        # While generating, look ahead, so that the terms are made a few times and not at every step.
        positions = self.embed_places(keys if cache is None else self.look_ahead(keys, codes), codes)  # (R, N, D)
        made = Places(
            self_queries=split_heads(self.self_pos_q_linear(positions) * self.scale, self.heads),
            self_keys=split_heads(self.self_pos_k_linear(positions), self.heads),
            cross_queries=split_heads(self.cross_pos_q_linear(positions) * self.scale, self.heads),
            cross_keys=split_heads(self.cross_pos_k_linear(encoder_positions), self.heads),
        )
        if cache is not None:
            cache.ofa_places = made
        return made

    def look_ahead(self, keys: int, codes: torch.Tensor) -> int:
        """How many positions to prepare when `keys` are needed: twice as many, at least 32, up to the longest."""
        text = self.config.max_target_positions
        longest = 1 + (self.config.code_image_size // 8) ** 2 if codes.all() else text
        return max(keys, min(max(2 * keys, 32), longest))

    def embed_places(self, length: int, codes: torch.Tensor) -> torch.Tensor:
        """Normalised embeddings of the first `length` positions: (1, N, D), or (B, N, D) in a mixed batch."""
        text = image = None
        if not codes.all():
            text = self.pos_ln(self.embed_positions.weight[:length])[None]  # (1, N, D)
        if codes.any():
            ids = code_ids(length, self.config.code_image_size, self.config.image_bucket_size, codes.device)
            image = self.image_pos_ln(self.embed_image_positions(ids))[None]  # (1, N, D)
        if text is None or image is None:
            return image if text is None else text
        return torch.where(codes[:, None, None], image, text)

    def shared_biases(self, places: Places, past: int, keys: int, mask, encoder_mask) -> tuple[torch.Tensor, ...]:
        """Self bias (1 or B, heads, Q, K) and cross bias (B, heads, Q, S) of all layers, masks included."""
        self_bias = places.self_queries[:, :, past:keys] @ places.self_keys[:, :, :keys].transpose(-1, -2)
        if keys - past > 1:
            later = torch.ones(keys - past, keys, dtype=torch.bool, device=self_bias.device).triu(past + 1)
            self_bias = self_bias.masked_fill(later, torch.finfo(self_bias.dtype).min / 2)
        if mask is not None:
            self_bias = self_bias + hide(mask.bool(), self_bias.dtype)
        cross_bias = places.cross_queries[:, :, past:keys] @ places.cross_keys.transpose(-1, -2)
        return self_bias, cross_bias + hide(encoder_mask, cross_bias.dtype)

    def relative_rows(self, queries: int, keys: int, codes: torch.Tensor) -> RelativeRows:
        """Rows of the relative tables for the last `queries` of `keys` positions."""
        config, token, image = self.config, None, None
        if not codes.all():
            token = token_index(queries, keys, config.token_bucket_size, config.max_target_positions, codes.device)
        if codes.any():
            ids = code_ids(keys, config.code_image_size, config.image_bucket_size, codes.device)
            image = image_index(ids[keys - queries :], ids, config.image_bucket_size)
        return RelativeRows(token, image, codes)


def code_flags(code_masks: torch.Tensor | bool | None, input_ids: torch.Tensor) -> torch.Tensor:
    """Who writes image codes, as bool (1,) where all samples agree by construction, or (B,)."""
    if code_masks is None or isinstance(code_masks, bool):
        return torch.tensor([bool(code_masks)], device=input_ids.device)
    if tuple(code_masks.shape) not in ((1,), (input_ids.shape[0],)):
        raise ValueError(
            f"code_masks are {tuple(code_masks.shape)}, expected ({input_ids.shape[0]},): one bool per sample"
        )
    return code_masks.to(input_ids.device).bool()
