"""Four updates of training against the original's Trainer: losses, gradient norms, schedule, Adam, BatchNorm."""

import pytest
import torch
from transformers import get_linear_schedule_with_warmup

from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.training.optimizer import FairseqAdam

from .parity import SMALL, arrays, entries, furthest, needs_fixtures, source


@needs_fixtures
@pytest.mark.parametrize("cases", [["vl"], ["vl", "img_target"]], ids="+".join)
def test_four_updates_agree_with_the_original(cases, weights):
    theirs, after = entries("tiny/train.json")["+".join(cases)], arrays(f"tiny/train_after4_{'_'.join(cases)}.npz")
    batches = {name: arrays(f"tiny/case_{name}.npz") for name in cases}
    model = OFAForConditionalGeneration(OFAConfig(**SMALL, dropout=0.0)).train()  # BatchNorm on the batch's statistics
    model.load_state_dict(weights)
    optimizer = FairseqAdam(model.parameters(), lr=1e-3, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=2, num_training_steps=10)
    for step in theirs["steps"]:
        assert schedule.get_last_lr() == pytest.approx([step["lr_used"]])
        total = sum(batch["sample_size"] for batch in step["micro_batches"])
        for case, facts in zip(batches.values(), step["micro_batches"], strict=True):
            labels, codes = case["target"], case.get("code_masks")
            loss = model(**source(case), labels=labels, code_masks=codes, num_items_in_batch=total).loss
            loss.backward()
            assert loss.item() * total == pytest.approx(facts["loss_sum"], rel=1e-5)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), step["clip_norm"])
        assert norm.item() == pytest.approx(step["grad_norm_before_clip"], rel=1e-5)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    tensors = model.state_dict()
    norms = {key: norm for key, norm in theirs["param_norm_after"].items() if key in tensors}
    assert norms.keys() >= dict(model.named_parameters()).keys()
    for key, norm in norms.items():
        assert tensors[key].float().norm().item() == pytest.approx(norm, rel=1e-4, abs=1e-6), key
    for name in ("running_mean", "running_var"):
        assert furthest(tensors[f"encoder.embed_images.bn1.{name}"], after[f"bn1_{name}"]) < 1e-5
    vl = arrays("tiny/case_vl.npz")
    with torch.no_grad():
        logits = model.eval()(**source(vl), labels=vl["target"]).logits
    assert furthest(logits, after["vl_logits"], vl["target"] != 1) < 1e-3


def test_a_parameter_counts_its_own_updates_and_a_checkpoint_keeps_them():
    """One that had no gradient for a while is treated as one that is new."""
    torch.manual_seed(0)
    gradients = torch.randn(3, 5)
    late, new = (torch.nn.Parameter(torch.ones(5)) for _ in range(2))
    other = torch.nn.Parameter(torch.ones(5))
    together, alone = FairseqAdam([other, late], lr=0.1, eps=1e-2), FairseqAdam([new], lr=0.1, eps=1e-2)
    for step, gradient in enumerate(gradients):
        other.grad = gradient.clone()
        late.grad, new.grad = (None, None) if step == 0 else (gradient.clone(), gradient.clone())
        together.step()
        alone.step()
        restored = FairseqAdam([other, late], lr=0.1, eps=1e-2)
        restored.load_state_dict(together.state_dict())
        together = restored
    assert torch.equal(late, new)
    assert not torch.equal(late, other)
