"""Constraints on `generate` as OFA's own generator counts them.

`logits_processor=[AllowedRange(...), EndBetween(...)]`, in this order and in place of generate's `min_length` and
`forced_eos_token_id`: transformers gives a forced end probability one, the original keeps its own probability, so that
beams which want to end rank higher. For regions (four tokens, then the end) this decides the ranking.
Lengths count bos and eos, as generate's do.
"""

import torch
from transformers import LogitsProcessor

SPECIALS = 4  # <s>, <pad>, </s>, <unk>


class EndBetween(LogitsProcessor):
    """No end before min_length tokens, and nothing but the end as token max_length; its score stays what it is."""

    def __init__(self, min_length: int, max_length: int, eos_token_id: int = 2):
        if not 2 <= min_length <= max_length:
            raise ValueError(f"2 <= min_length <= max_length is needed, got {min_length} and {max_length}")
        self.min_length, self.max_length, self.eos_token_id = min_length, max_length, eos_token_id

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        length = input_ids.shape[1] + 1  # with the token that is scored here
        end = scores[:, self.eos_token_id]
        if length < self.min_length:
            scores = scores.clone()
            scores[:, self.eos_token_id] = -torch.inf
        if length >= self.max_length:
            scores = torch.full_like(scores, -torch.inf)
            scores[:, self.eos_token_id] = end
        return scores


class AllowedRange(LogitsProcessor):
    """Allow the ids start <= id < end and the special tokens, which share the probability among themselves.

    With `codes`, the original's image generation: special tokens are then forbidden before token max_length.
    """

    def __init__(self, start: int, end: int, codes: bool = False, max_length: int | None = None):
        if codes and max_length is None:
            raise ValueError("AllowedRange(codes=True) needs max_length: bos + number of codes + eos")
        self.start, self.end, self.codes, self.max_length = start, end, codes, max_length

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores.clone()
        scores[:, SPECIALS : self.start] = -torch.inf
        scores[:, self.end :] = -torch.inf
        scores = scores.log_softmax(-1)
        if self.codes and input_ids.shape[1] < self.max_length - 1:
            scores[:, :SPECIALS] = -torch.inf
        return scores
