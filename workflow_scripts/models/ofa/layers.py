"""The parts that encoder and decoder layers are made of."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers.cache_utils import Cache

from workflow_scripts.models.ofa.attention import attend
from workflow_scripts.models.ofa.positions import split_heads


class Attention(nn.Module):
    """Multi-head attention with an additive bias and one learnt scale per head (`c_attn`)."""

    def __init__(self, dim: int, heads: int, scale_factor: float, dropout: float, layer: int):
        super().__init__()
        self.heads, self.dropout, self.layer = heads, dropout, layer
        self.scale = (dim // heads * scale_factor) ** -0.5
        self.c_attn = nn.Parameter(torch.ones(heads))
        self.k_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(dim, dim)
        self.q_proj = nn.Linear(dim, dim)
        self.out_proj = nn.Linear(dim, dim)

    def keys_values(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """States (B, K, D) -> keys and values, (B, heads, K, d) each."""
        return split_heads(self.k_proj(x), self.heads), split_heads(self.v_proj(x), self.heads)

    def attend(self, x: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, bias, hidden=None) -> torch.Tensor:
        """States (B, Q, D) over keys and values (B, heads, K, d) -> (B, Q, D); bias, hidden as `attention.attend`."""
        queries = split_heads(self.q_proj(x), self.heads)  # (B, heads, Q, d)
        mixed = attend(queries, keys, values, bias, hidden, self.scale, self.dropout if self.training else 0.0)
        mixed = mixed * self.c_attn.to(mixed.dtype)[:, None, None]  # (B, heads, Q, d)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))

    def over_self(self, x: torch.Tensor, bias, hidden=None, cache: Cache | None = None) -> torch.Tensor:
        """Self-attention; with a cache, also over the states of earlier calls."""
        keys, values = self.keys_values(x)
        if cache is not None:
            keys, values = cache.update(keys, values, self.layer)
        return self.attend(x, keys, values, bias, hidden)


class DropPath(nn.Module):
    """Drop the whole branch of a sample with probability `rate` while training; scale the others up."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.rate == 0.0:
            return x
        keep = x.new_empty(x.shape[0], 1, 1).bernoulli_(1 - self.rate)
        return x * (keep / (1 - self.rate))


def drop_path_rates(maximum: float, layers: int) -> list[float]:
    """Rates rising linearly from 0 at the first layer to `maximum` at the last."""
    return [maximum * i / max(layers - 1, 1) for i in range(layers)]


def feed_forward(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """A layer's second half without its shortcut, (B, N, D) -> (B, N, D); the parameters lie in the layer itself."""
    x = F.gelu(layer.fc1(layer.final_layer_norm(x)))  # (B, N, ffn)
    return layer.fc2(layer.ffn_layernorm(x))
