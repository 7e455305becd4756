"""Attention under an additive bias, also where the bias is learnt."""

import torch
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


def attend(queries, keys, values, bias, hidden=None, scale: float = 1.0, dropout: float = 0.0) -> torch.Tensor:
    """softmax(scale * queries keys^T + bias + hidden) values: (B, heads, Q, d).

    queries (B, heads, Q, d); keys, values (B, heads, K, d); bias (1 or B, heads, Q, K); hidden (B, 1, 1, K) or None:
    hides keys, see `positions.hide`.
    """
    bias = bias.to(queries.dtype)
    learnt = bias.requires_grad and torch.is_grad_enabled()
    if learnt and queries.is_cpu and dropout == 0.0 and not torch.compiler.is_compiling():
        return BiasedAttention.apply(queries * scale, keys, values, bias, hidden)
    if hidden is not None:
        bias = (bias + hidden).to(queries.dtype)
    return F.scaled_dot_product_attention(queries, keys, values, bias, dropout, scale=scale)


class BiasedAttention(torch.autograd.Function):
    """`attend` on a CPU, with queries scaled before and a gradient for the bias.

    torch's fused kernel for CPUs has no such gradient, and its unfused way makes half a dozen tensors of
    (B, heads, Q, K). Here there is one, and a bias that all samples share stays one: a training step of ofa_nano takes
    6 to 9 % less CPU time, its forward pass 20 %. Not in parts, sample by sample: threads would wait for each other.
    """

    @staticmethod
    def forward(ctx, queries, keys, values, bias, hidden):
        q, k, v = (x.flatten(0, 1) for x in (queries, keys, values))  # (B * heads, N, d)
        shares = torch.bmm(q, k.mT).view(*queries.shape[:3], -1)  # (B, heads, Q, K), in place up to the softmax
        shares += bias
        if hidden is not None:
            shares += hidden
        torch.softmax(shares, -1, out=shares)
        ctx.save_for_backward(q, k, v, shares)
        ctx.bias_shape = bias.shape
        return torch.bmm(shares.flatten(0, 1), v).view(queries.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        q, k, v, shares = ctx.saved_tensors
        g, p = gradient.flatten(0, 1), shares.flatten(0, 1)  # (B * heads, Q, d), (B * heads, Q, K)
        of_values = torch.bmm(p.mT, g)
        of_scores = torch._softmax_backward_data(torch.bmm(g, v.mT), p, -1, p.dtype)  # (B * heads, Q, K)
        of_inputs = (torch.bmm(of_scores, k), torch.bmm(of_scores.mT, q), of_values)
        of_bias = of_scores.view(shares.shape).sum_to_size(ctx.bias_shape)
        return *(x.unflatten(0, shares.shape[:2]) for x in of_inputs), of_bias, None
