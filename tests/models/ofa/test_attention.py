"""Attention under a learnt bias: the CPU's own gradients against torch's."""

import pytest
import torch
from torch.autograd import gradcheck
from torch.nn import functional as F

from workflow_scripts.models.ofa.attention import BiasedAttention, attend
from workflow_scripts.models.ofa.positions import hide

BATCH, HEADS, QUERIES, KEYS, WIDTH = 3, 2, 4, 5, 6


def inputs(samples_of_bias: int) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Queries, keys, values and bias in the memory order of projections, float64; and hidden keys."""
    torch.manual_seed(0)
    heads_last = [torch.randn(BATCH, n, HEADS, WIDTH, dtype=torch.float64) for n in (QUERIES, KEYS, KEYS)]
    bias = torch.randn(samples_of_bias, HEADS, QUERIES, KEYS, dtype=torch.float64)
    visible = torch.ones(BATCH, KEYS, dtype=torch.bool)
    visible[1, 3:] = False
    visible[2, 0] = False
    leaves = [x.requires_grad_() for x in (*(x.transpose(1, 2) for x in heads_last), bias)]
    return leaves, hide(visible, torch.float64)


@pytest.mark.parametrize("samples_of_bias", [1, BATCH], ids=["shared bias", "a bias for each sample"])
@pytest.mark.parametrize("masked", [True, False])
def test_values_and_gradients_are_those_of_torch(samples_of_bias, masked):
    leaves, hidden = inputs(samples_of_bias)
    hidden = hidden if masked else None
    queries, keys, values, bias = leaves
    ours = attend(queries, keys, values, bias, hidden, scale=0.3)
    assert "BiasedAttention" in type(ours.grad_fn).__name__
    everything = bias if hidden is None else bias + hidden
    theirs = F.scaled_dot_product_attention(queries, keys, values, everything, scale=0.3)
    assert torch.allclose(ours, theirs, rtol=1e-12)
    weights = torch.randn(ours.shape, dtype=torch.float64)
    for mine, yours in zip(*(torch.autograd.grad((x * weights).sum(), leaves) for x in (ours, theirs)), strict=True):
        assert mine.shape == yours.shape
        assert torch.allclose(mine, yours, rtol=1e-10, atol=1e-12)
    assert gradcheck(BiasedAttention.apply, (*leaves, hidden))


def test_a_second_derivative_is_refused_and_not_wrong():
    leaves, hidden = inputs(1)
    loss = BiasedAttention.apply(*leaves, hidden).square().sum()
    [gradient] = torch.autograd.grad(loss, leaves[:1], create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_it_is_only_for_a_bias_that_learns():
    leaves, hidden = inputs(1)
    queries, keys, values, bias = leaves
    with torch.no_grad():
        without = attend(queries, keys, values, bias, hidden, scale=0.3)
    fixed = attend(queries, keys, values, bias.detach(), hidden, scale=0.3)
    assert "BiasedAttention" not in type(fixed.grad_fn).__name__
    learning = attend(queries, keys, values, bias, hidden, scale=0.3)
    for other in (without, fixed):
        assert torch.allclose(other, learning, rtol=1e-12)
