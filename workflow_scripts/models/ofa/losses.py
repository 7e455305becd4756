"""OFA's training criterion: fairseq's label smoothing, and what the original's fine-tuning scripts add to it.

Source: OFA-Sys/OFA, criterions/label_smoothed_cross_entropy.py; tests/models/ofa/test_losses.py holds it to the
original's numbers. Losses are sums in nats; the caller divides by the count it wants.
"""

from typing import NamedTuple

import torch
from torch.nn import functional as F


class Loss(NamedTuple):
    """Sums over `count` tokens: the smoothed loss, and the plain negative log-likelihood."""

    loss: torch.Tensor
    nll: torch.Tensor
    count: int


def smoothed_loss(logits: torch.Tensor, targets: torch.Tensor, smoothing: float) -> torch.Tensor:
    """fairseq's label-smoothed cross entropy, summed: logits (N, V), targets (N,).

    Per token (1 - e - e/(V-1)) * nll + e/(V-1) * sum of -log p over the vocabulary, which is what torch computes
    for a smoothing of e * V / (V - 1).
    """
    size = logits.shape[-1]
    return F.cross_entropy(logits.float(), targets, reduction="sum", label_smoothing=smoothing * size / (size - 1))


def criterion(
    logits: torch.Tensor,
    targets: torch.Tensor,
    smoothing: float = 0.0,
    *,
    pad: int = 1,
    allowed: torch.Tensor | None = None,
    weights: torch.Tensor | None = None,
    ignore_prefix: int = 0,
    drop_worst: float = 0.0,
) -> Loss:
    """The loss of logits (B, T, V) for targets (B, T); places that hold `pad` do not count.

    allowed: bool (V,) or (B, T, V), the tokens among which the probability is shared (answers to choose from, codes);
    every target must be one of them. weights (B,): of the samples. ignore_prefix: leave out the first tokens.
    drop_worst: leave out this share of the tokens, those of the highest loss (they may be wrong labels).
    """
    logits, targets = logits[:, ignore_prefix:].float(), targets[:, ignore_prefix:]
    kept = targets != pad  # (B, T)
    chosen, targets = logits[kept], targets[kept]  # (N, V), (N,)
    if allowed is None:
        size = chosen.shape[-1]
    else:
        mask = allowed if allowed.dim() == 1 else allowed[:, ignore_prefix:][kept]  # (V,) or (N, V)
        mask = mask.expand_as(chosen)
        if not mask.gather(1, targets[:, None]).all():
            raise ValueError("a target is not among the tokens that `allowed` gives it")
        chosen = chosen.masked_fill(~mask, -torch.inf)
        size = mask.sum(1)  # (N,)
    log_p = chosen.log_softmax(-1)  # (N, V)
    nll = -log_p.gather(1, targets[:, None]).squeeze(1)  # (N,)
    share = smoothing / (size - 1)  # of each other token
    loss = (1 - smoothing - share) * nll
    if smoothing:
        loss = loss - share * log_p.masked_fill(log_p == -torch.inf, 0.0).sum(1)
    if weights is not None:
        each = weights[:, None].expand_as(kept)[kept]
        loss, nll = loss * each, nll * each
    if drop_worst:
        best = loss.topk(int(len(loss) * (1 - drop_worst)), largest=False).indices
        loss, nll = loss[best], nll[best]
    return Loss(loss.sum(), nll.sum(), len(loss))


def r_drop(first: torch.Tensor, second: torch.Tensor, targets: torch.Tensor, pad: int = 1) -> torch.Tensor:
    """What R-Drop adds to the losses of two passes: how far their logits (B, T, V) are apart, summed.

    The mean of both Kullback-Leibler divergences at the places of `targets` (B, T) that do not hold `pad`; 0 for
    passes without dropout. Weigh it and add it to both passes' losses. Source: arXiv 2106.14448, equation 2.
    """
    kept = targets != pad
    p, q = (logits[kept].float().log_softmax(-1) for logits in (first, second))  # (N, V)
    forward = F.kl_div(q, p, reduction="sum", log_target=True)
    backward = F.kl_div(p, q, reduction="sum", log_target=True)
    return (forward + backward) / 2
