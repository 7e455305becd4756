"""Where things are: position ids, relative-position indices and the attention bias made from them.

Ids of image positions are `row * side + column + 1` in a square of `side` patches (`image_bucket_size`); id 0 is the
token before the first code of an image that the decoder writes. All tables are computed, never stored in checkpoints.
"""

import math
from functools import lru_cache

import torch
from torch import nn
from torch.nn import functional as F

CODE_FILLER = 1024  # image position of whatever follows the last code of a written image
CODE_SLACK = 769  # how many such positions there are


class RelativeTable(nn.Embedding):
    """A learnt bias per relative position and head: index (...) -> (..., heads). Starts at zero."""


@lru_cache(maxsize=16)
def token_buckets(bucket_size: int, max_positions: int) -> torch.Tensor:
    """Row of the token table for each offset i - j = -(max - 1) ... max - 1, as int64 (2 * max - 1,).

    Offsets up to half the bucket size have a row of their own; larger ones share rows on a logarithmic scale.
    """
    half = bucket_size // 2
    rows = []
    for offset in range(1 - max_positions, max_positions):
        distance = abs(offset)
        if distance > half:
            share = math.log(distance / half) / math.log((max_positions - 1) / half)
            distance = half + math.ceil(share * (half - 1))
        rows.append(int(math.copysign(distance, offset)) + bucket_size - 1)
    with torch.inference_mode(False):  # the tensor outlives this call and may be needed for gradients
        return torch.tensor(rows, dtype=torch.long)


def token_index(queries: int, keys: int, bucket_size: int, max_positions: int, device) -> torch.Tensor:
    """Rows of the token table for the last `queries` of `keys` text positions: (queries, keys)."""
    if keys > max_positions:
        raise ValueError(
            f"a text of {keys} tokens is longer than the {max_positions} positions of this model; shorten the text"
        )
    q = torch.arange(keys - queries, keys, device=device)
    offset = q[:, None] - torch.arange(keys, device=device)  # (queries, keys)
    return token_buckets(bucket_size, max_positions).to(device)[offset + max_positions - 1]


def grid_ids(height: int, width: int, side: int, device) -> torch.Tensor:
    """Position ids of a height x width patch grid, row by row: (height * width,)."""
    if max(height, width) > side:
        raise ValueError(
            f"an image of {height} x {width} patches exceeds {side} per side; resize it to at most {16 * side} pixels"
        )
    rows = torch.arange(height, device=device)[:, None] * side
    return (rows + torch.arange(width, device=device) + 1).flatten()


def code_ids(length: int, code_image_size: int, side: int, device) -> torch.Tensor:
    """Position ids of the first `length` decoder inputs of a written image: bos, the codes, then filler: (length,)."""
    codes = code_image_size // 8
    if length > 1 + codes**2 + CODE_SLACK:
        raise ValueError(
            f"{length} decoder positions for an image of {codes} x {codes} codes; "
            f"shorten the sequence or raise code_image_size ({code_image_size})"
        )
    ids = torch.full((max(length, 1 + codes**2),), CODE_FILLER, dtype=torch.long, device=device)
    ids[0] = 0
    ids[1 : 1 + codes**2] = grid_ids(codes, codes, side, device)
    return ids[:length]


def image_index(query_ids: torch.Tensor, key_ids: torch.Tensor, side: int) -> torch.Tensor:
    """Rows of the image table: ids (..., Q) and (..., K) -> (..., Q, K). The last three rows are for id 0."""
    span = 2 * side - 1
    q, k = query_ids.unsqueeze(-1), key_ids.unsqueeze(-2)
    down = torch.div(q - 1, side, rounding_mode="floor") - torch.div(k - 1, side, rounding_mode="floor")
    right = (q - 1) % side - (k - 1) % side
    index = (down + side - 1) * span + right + side - 1
    index = torch.where(q == 0, span**2, index)
    index = torch.where(k == 0, span**2 + 1, index)
    return torch.where((q == 0) & (k == 0), span**2 + 2, index)


def image_table_rows(side: int) -> int:
    """Rows that `image_index` can name."""
    return (2 * side - 1) ** 2 + 3


def relative_bias(index: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """Index (Q, K) or (B, Q, K) into a table (rows, heads) -> bias (1 or B, heads, Q, K)."""
    bias = F.embedding(index, table).movedim(-1, -3)
    return bias if bias.dim() == 4 else bias.unsqueeze(0)


def split_heads(x: torch.Tensor, heads: int) -> torch.Tensor:
    """(B, N, D) -> (B, heads, N, D / heads)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def hide(visible: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A bias that hides keys: bool (B, N), True where visible -> (B, 1, 1, N).

    Finite (half the smallest number), so that a row without any visible key stays a number.
    """
    bias = torch.zeros(visible.shape, dtype=dtype, device=visible.device)
    return bias.masked_fill_(~visible, torch.finfo(dtype).min / 2)[:, None, None, :]
