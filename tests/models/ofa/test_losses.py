"""The training criterion against the original's, for every variant that its scripts use."""

import pytest
import torch

from workflow_scripts.models.ofa.losses import criterion, r_drop, smoothed_loss

from .parity import arrays, entries, needs_fixtures, source

SPECIALS = 4


@pytest.fixture(scope="module")
def logits_of(original):
    """Case -> the model's logits (B, T, V) and the targets (B, T)."""

    def run(name: str) -> tuple[torch.Tensor, torch.Tensor]:
        case = arrays(f"tiny/case_{name}.npz")
        with torch.no_grad():
            out = original(
                **source(case), decoder_input_ids=case["prev_output_tokens"], code_masks=case.get("code_masks")
            )
        return out.logits, case["target"]

    return run


def agrees(ours, theirs: dict) -> None:
    assert ours.loss.item() == pytest.approx(theirs["loss"], rel=1e-5)
    assert ours.nll.item() == pytest.approx(theirs["nll_loss"], rel=1e-5)


@needs_fixtures
@pytest.mark.parametrize(
    ("entry", "settings"),
    [
        ("vl_smooth0.1", {}),
        ("vl_smooth0.0", {"smoothing": 0.0}),
        ("vl_drop_worst_0.2_active", {"drop_worst": 0.2}),
        ("vl_ignore_prefix_2", {"ignore_prefix": 2}),
        ("vl_conf_1_0.5_2", {"weights": torch.tensor([1.0, 0.5, 2.0])}),
    ],
)
def test_variants_agree_with_the_original(entry, settings, logits_of):
    theirs = entries("tiny/losses.json")[entry]
    ours = criterion(*logits_of("vl"), **{"smoothing": 0.1} | settings)
    agrees(ours, theirs)
    assert ours.count == theirs["sample_size"]


@needs_fixtures
def test_a_range_of_allowed_tokens_agrees_with_the_original(logits_of):
    theirs = entries("tiny/losses.json")["img_target_constraint_range_codes"]
    logits, targets = logits_of("img_target")
    start, end = map(int, theirs["settings"]["constraint_range"].split(","))
    ids = torch.arange(logits.shape[-1])
    ours = criterion(logits, targets, 0.1, allowed=(ids < SPECIALS) | ((ids >= start) & (ids < end)))
    agrees(ours, theirs)
    assert ours.count == theirs["sample_size"]


@needs_fixtures
def test_allowed_tokens_of_each_place_agree_with_the_original(logits_of):
    theirs = entries("tiny/losses.json")["vl_constraint_masks"]
    logits, targets = logits_of("vl")
    allowed = torch.zeros(logits.shape, dtype=torch.bool)
    for row, ids in zip(allowed.flatten(0, 1), theirs["allowed_ids_row_major_b_t"], strict=True):
        row[ids] = True
    agrees(criterion(logits, targets, 0.1, allowed=allowed), theirs)


@needs_fixtures
def test_a_pair_of_batches_agrees_with_the_original(logits_of):
    """Pre-training adds the means of two batches."""
    theirs = entries("tiny/losses.json")["pair_v1_vl_v2_img_infill"]
    both = [criterion(*logits_of(name), 0.1) for name in ("vl", "img_infill")]
    assert sum(one.loss / one.count for one in both).item() == pytest.approx(theirs["loss"], rel=1e-5)
    assert sum(one.nll / one.count for one in both).item() == pytest.approx(theirs["nll_loss"], rel=1e-5)


@needs_fixtures
def test_r_drop_agrees_with_the_original(logits_of):
    theirs = entries("tiny/losses.json")["vl_rdrop_no_dropout"]
    logits, targets = logits_of("vl")
    both = 2 * criterion(logits, targets, 0.1).loss + r_drop(logits, logits, targets)
    assert both.item() == pytest.approx(theirs["loss"], rel=1e-5)


def test_r_drop_measures_how_far_two_passes_are_apart():
    torch.manual_seed(0)
    first, second, targets = torch.randn(2, 3, 7), torch.randn(2, 3, 7), torch.tensor([[4, 5, 1], [6, 4, 5]])
    p, q = (torch.distributions.Categorical(logits=logits) for logits in (first, second))
    divergence = (torch.distributions.kl_divergence(p, q) + torch.distributions.kl_divergence(q, p)) / 2
    assert r_drop(first, second, targets).item() == pytest.approx(divergence[targets != 1].sum().item(), rel=1e-5)


def test_the_fused_loss_equals_the_criterion():
    torch.manual_seed(1)
    logits, targets = torch.randn(2, 3, 11), torch.randint(2, 11, (2, 3))
    ours = criterion(logits, targets, 0.1).loss
    assert smoothed_loss(logits.flatten(0, 1), targets.flatten(), 0.1).item() == pytest.approx(ours.item(), rel=1e-6)


def test_a_target_outside_the_allowed_tokens_is_an_error():
    allowed = torch.tensor([True, True, True, False, True])
    with pytest.raises(ValueError, match="not among the tokens"):
        criterion(torch.zeros(1, 2, 5), torch.tensor([[2, 3]]), allowed=allowed)
