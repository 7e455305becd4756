"""OFA's forward pass against the original: states, logits, losses, gradients, position tables."""

import pytest
import torch

from workflow_scripts.models.ofa import positions
from workflow_scripts.models.ofa.configuration import OFAConfig
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration

from .parity import SMALL, arrays, entries, furthest, needs_fixtures, source

INTERPOLATED = {"interpolate_position": True, "orig_patch_image_size": 32}
FORWARD_CASES = (
    "vl", "vl_rect", "text_only", "img_target", "img_infill", "mixed_code_masks", "interp_pos", "sample_patch",
)  # fmt: skip


@needs_fixtures
@pytest.mark.parametrize("name", FORWARD_CASES)
def test_forward_agrees_with_the_original(name, original, weights):
    case, facts, model = arrays(f"tiny/case_{name}.npz"), entries("tiny/cases.json")[name], original
    if name == "interp_pos":
        model = OFAForConditionalGeneration(OFAConfig(**SMALL, **INTERPOLATED)).eval()
        model.load_state_dict(weights)
    orders = torch.tensor(facts["patch_orders"]) if "patch_orders" in facts else None
    with torch.no_grad():
        out = model(
            **source(case), patch_orders=orders, code_masks=case.get("code_masks"), labels=case["target"],
            decoder_input_ids=case["prev_output_tokens"], output_hidden_states=True,
        )  # fmt: skip
    seen, targets = ~case["encoder_padding_mask"], case["target"] != 1
    assert furthest(out.encoder_last_hidden_state, case["encoder_out"], seen) < 3e-5
    assert furthest(out.logits, case["logits"], targets) < 3e-5
    for ours, theirs in zip(out.encoder_hidden_states, case["encoder_states"], strict=True):
        assert furthest(ours, theirs, seen) < 1e-4
    for ours, theirs in zip(out.decoder_hidden_states, case["decoder_states"], strict=True):
        assert furthest(ours, theirs, targets) < 1e-4
    if "loss_sum" in facts:
        assert out.loss.item() * targets.sum().item() == pytest.approx(facts["loss_sum"], rel=1e-5)


@needs_fixtures
@pytest.mark.parametrize("name", ["vl", "vl_rect", "text_only", "img_target", "img_infill", "mixed_code_masks"])
def test_gradients_agree_with_the_original(name, original):
    case, facts = arrays(f"tiny/case_{name}.npz"), entries("tiny/cases.json")[name]
    original.zero_grad()
    loss = original(**source(case), code_masks=case.get("code_masks"), labels=case["target"]).loss
    (loss * (case["target"] != 1).sum()).backward()
    parameters = dict(original.named_parameters())
    stored = {key.removeprefix("grad/"): value for key, value in case.items() if key.startswith("grad/")}
    assert len(stored) >= 8
    for key, theirs in stored.items():
        # Below ReLU and max-pool, rounding can switch a unit: the stored vl_rect gradient is 5.5e-4 from float64's.
        tolerance = 1e-3 if "embed_images" in key else 1e-5
        assert (parameters[key].grad - theirs).norm() <= tolerance * theirs.norm(), key
    everywhere = torch.stack([p.grad.norm() for p in parameters.values() if p.grad is not None]).norm()
    assert everywhere.item() == pytest.approx(facts["grad_norm_global"], rel=1e-4)
    original.zero_grad(set_to_none=True)


@needs_fixtures
def test_position_biases_agree_with_the_original(original):
    case = arrays("tiny/case_vl_rect.npz")
    encoded = original.encoder(**source(case))
    theirs = case["position_embeddings"]
    assert furthest(encoded.position_embeddings.expand_as(theirs), theirs) < 1e-5
    decoder, keys = original.decoder, case["prev_output_tokens"].shape[1]
    codes = torch.tensor([False])
    places = decoder.places(keys, codes, encoded.position_embeddings, None)
    cross = places.cross_queries @ places.cross_keys.transpose(-1, -2)
    assert furthest(cross.expand_as(case["decoder_cross_attn_bias"]), case["decoder_cross_attn_bias"]) < 1e-5
    rows = decoder.relative_rows(keys, keys, codes)
    own = places.self_queries @ places.self_keys.transpose(-1, -2)
    own = own + positions.relative_bias(rows.token, decoder.token_rel_pos_table_list[0].weight)
    theirs = case["decoder_self_attn_bias_layer0"]
    assert furthest(own.expand_as(theirs), theirs) < 1e-5


@needs_fixtures
@pytest.mark.parametrize("name", ["vl", "vl_rect"])
def test_image_features_agree_with_the_original_and_replace_the_picture(name, original):
    case = arrays(f"tiny/case_{name}.npz")
    with torch.no_grad():
        features = original.get_image_features(case["patch_images"])
        assert furthest(features, case["resnet_features"]) < 3e-5
        inputs = source(case) | {"decoder_input_ids": case["prev_output_tokens"]}
        whole = original(**inputs).logits
        del inputs["pixel_values"]
        assert torch.equal(original(**inputs, image_features=features).logits, whole)


@needs_fixtures
def test_position_tables_agree_with_the_original():
    tables = arrays("tables.npz")
    assert torch.equal(positions.token_buckets(256, 1024), tables["token_bucket_by_offset"])
    by_pair = positions.token_index(5, 9, 256, 1024, "cpu")
    assert by_pair.tolist() == [[tables["token_bucket_by_offset"][1023 + i - j] for j in range(9)] for i in range(4, 9)]
    ids = torch.arange(42 * 42 + 1)
    image = positions.image_index(ids, ids, 42)
    assert torch.equal(image[:200, :200], tables["image_rp_bucket_42_first200x200"])
    assert torch.equal(image[1764], tables["image_rp_bucket_42_row1764"])
    assert image.sum() == tables["image_rp_bucket_42_sum"]
    for size in (64, 128, 256):
        theirs = tables[f"image_position_idx_code{size}"]
        assert torch.equal(positions.code_ids(len(theirs), size, 42, "cpu"), theirs)
