"""OFA against numbers of the original implementation, and against itself.

The reference numbers live in ../shared/fixtures/ofa; its README says how they were made and what differences to expect.
"""

import argparse
import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM, LogitsProcessorList

from workflow_scripts.models.ofa import positions
from workflow_scripts.models.ofa.configuration import SIZES, OFAConfig, named
from workflow_scripts.models.ofa.generation import AllowedRange, EndBetween
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration, drop_computed
from workflow_scripts.models.ofa.sizes import size_fields

FIXTURES = Path(__file__).parents[2].parent / "shared/fixtures/ofa"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason=f"{FIXTURES} is absent: parity with the original OFA is NOT checked"
)
SMALL = {
    "vocab_size": 1233, "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 128,
    "decoder_ffn_dim": 128, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "resnet_layers": [2, 2, 2],
    "code_image_size": 64, "label_smoothing": 0.1,
}  # fmt: skip
INTERPOLATED = {"interpolate_position": True, "orig_patch_image_size": 32}
FORWARD_CASES = (
    "vl", "vl_rect", "text_only", "img_target", "img_infill", "mixed_code_masks", "interp_pos", "sample_patch",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """These models are small: more threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def weights() -> dict:
    with torch.serialization.safe_globals([argparse.Namespace]):
        checkpoint = torch.load(FIXTURES / "tiny/ofa_tiny_random.pt", weights_only=True)
    return drop_computed(checkpoint["model"])


@pytest.fixture(scope="module")
def original(weights) -> OFAForConditionalGeneration:
    """The small model with the original's weights; strict loading proves names and shapes."""
    model = OFAForConditionalGeneration(OFAConfig(**SMALL)).eval()
    model.load_state_dict(weights, strict=True)
    return model


@pytest.fixture(scope="module")
def nano() -> OFAForConditionalGeneration:
    torch.manual_seed(0)
    model = OFAForConditionalGeneration(named("ofa_nano", vocab_size=300, code_image_size=64, init_std=0.2)).eval()
    for table in (*model.encoder.token_rel_pos_table_list, *model.decoder.token_rel_pos_table_list):
        torch.nn.init.normal_(table.weight)
    return model


def arrays(path: str) -> dict[str, torch.Tensor]:
    with np.load(FIXTURES / path, allow_pickle=False) as data:
        return {key: torch.from_numpy(data[key]) for key in data.files}


def entries(path: str) -> dict:
    return json.loads((FIXTURES / path).read_text())


def source(case: dict) -> dict:
    """The encoder's inputs of a forward case."""
    names = {"input_ids": "src_tokens", "pixel_values": "patch_images", "patch_masks": "patch_masks"}
    return {ours: case[theirs] for ours, theirs in names.items() if theirs in case}


def furthest(ours: torch.Tensor, theirs: torch.Tensor, where: torch.Tensor | None = None) -> float:
    assert ours.shape == theirs.shape
    difference = (ours - theirs).abs()
    return (difference if where is None else difference[where]).max().item()


# --- the forward pass


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
@pytest.mark.parametrize(("smoothing", "entry"), [(0.0, "vl_smooth0.0"), (0.1, "vl_smooth0.1")])
def test_losses_agree_with_the_original(smoothing, entry, original, monkeypatch):
    monkeypatch.setattr(original.config, "label_smoothing", smoothing)
    case, theirs = arrays("tiny/case_vl.npz"), entries("tiny/losses.json")[entry]
    with torch.no_grad():
        loss = original(**source(case), labels=case["target"], num_items_in_batch=1).loss
    assert loss.item() == pytest.approx(theirs["loss"], rel=1e-5)


@needs_fixtures
def test_a_training_step_agrees_with_the_original(weights):
    model = OFAForConditionalGeneration(OFAConfig(**SMALL, dropout=0.0)).train()  # BatchNorm on the batch's statistics
    model.load_state_dict(weights)
    case, theirs = arrays("tiny/case_vl.npz"), entries("tiny/train.json")["vl"]["steps"][0]
    loss = model(**source(case), labels=case["target"]).loss
    loss.backward()
    batch = theirs["micro_batches"][0]
    assert loss.item() == pytest.approx(batch["loss_sum"] / batch["sample_size"], rel=1e-5)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    assert norm.item() == pytest.approx(theirs["grad_norm_before_clip"], rel=1e-4)
    assert model.encoder.embed_images.bn1.num_batches_tracked == 8


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


POSITIONAL = ("embed_positions", "embed_image_positions", "type_embedding", "rel_pos_table_list")


def by_formula(model: OFAForConditionalGeneration) -> None:
    """Fill a model with the fixtures' formula weights (README, section 3)."""
    for key, tensor in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        tied = key.endswith(("embed_tokens.weight", "output_projection.weight"))
        name = "encoder.embed_tokens.weight" if tied else key
        shape = tuple(tensor.shape)
        n = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(int(np.prod(shape))).reshape(shape)
        if key.endswith("running_var"):
            n = 1 + 0.25 * np.abs(n)
        elif key.endswith("bn3.weight"):
            n = 0.25 + 0.05 * n
        elif n.ndim == 1:
            n = 0.1 * n + (1 if key.endswith((".weight", ".c_attn")) else 0)
        elif name.endswith("embed_tokens.weight"):
            n = 0.1 * n
        elif any(part in key for part in POSITIONAL):
            n = 0.5 * n
        else:
            n = n / np.sqrt(shape[1]) if n.ndim == 2 else n * np.sqrt(2 / np.prod(shape[1:]))
        tensor.copy_(torch.from_numpy(n.astype(np.float32)))


@needs_fixtures
def test_the_real_ofa_tiny_agrees_with_the_original():
    facts, theirs = entries("formula/ofa_tiny.json"), arrays("formula/ofa_tiny.npz")
    inputs = arrays("formula/inputs.npz")
    model = OFAForConditionalGeneration(named("ofa_tiny", code_image_size=256, label_smoothing=0.1)).eval()
    by_formula(model)
    expected = drop_computed({key: torch.empty(shape, device="meta") for key, shape in facts["state_dict"].items()})
    assert {k: v.shape for k, v in model.state_dict().items()} == {k: v.shape for k, v in expected.items()}
    assert sum(p.numel() for p in model.parameters()) == facts["n_params"]
    with torch.no_grad():
        out = model(**source(inputs), decoder_input_ids=inputs["prev_output_tokens"], labels=inputs["target"])
        assert out.loss.item() * facts["n_target_tokens"] == pytest.approx(facts["loss_sum"], rel=1e-5)
        seen, targets = ~theirs["encoder_padding_mask"], inputs["target"] != 1
        assert furthest(out.encoder_last_hidden_state[..., :32], theirs["encoder_out_first32"], seen) < 1e-4
        chosen = facts["selected_vocab_ids"]
        assert furthest(out.logits[..., chosen], theirs["logits_selected"], targets) < 1e-4
        assert furthest(out.logits.logsumexp(-1), theirs["logits_lse"], targets) < 1e-4
        codes = theirs["code_prev_output_tokens"]  # 1025 positions of a 256 x 256 image
        out = model(inputs["src_tokens"][:1], decoder_input_ids=codes, code_masks=True, use_cache=False)
    assert furthest(out.logits[:, ::16, chosen], theirs["code_logits_selected"]) < 1e-4
    assert furthest(out.logits.logsumexp(-1), theirs["code_logits_lse"]) < 1e-4


@needs_fixtures
@pytest.mark.parametrize("size", ["ofa_tiny", "ofa_medium", "ofa_base", "ofa_large", "ofa_huge"])
def test_sizes_have_the_original_number_of_parameters(size):
    with torch.device("meta"):
        model = OFAForConditionalGeneration(named(size))
    facts = entries(f"formula/{size}.json")
    assert sum(p.numel() for p in model.parameters()) == facts["n_params"]
    assert sum(p.numel() for p in model.encoder.embed_images.parameters()) == facts["n_params_resnet"]


# --- generation


def translated(settings: dict) -> dict:
    """generate's arguments for the original generator's settings."""
    beams, codes, longest = settings["beam"], settings.get("gen_code", False), settings["max_len_b"] + 2
    limits = LogitsProcessorList([EndBetween(settings.get("min_len", 1) + 2, longest)])
    if "constraint_range" in settings:
        start, end = map(int, settings["constraint_range"].split(","))
        limits.insert(0, AllowedRange(start, end, codes, longest))
    arguments = {
        "num_beams": beams, "max_length": longest,
        "no_repeat_ngram_size": settings.get("no_repeat_ngram_size", 0), "do_sample": False, "code_masks": codes,
        "logits_processor": limits, "output_scores": True, "return_dict_in_generate": True,
    }  # fmt: skip
    if beams > 1:
        penalty = 0.0 if settings.get("unnormalized") else settings.get("lenpen", 1.0)
        arguments |= {"num_return_sequences": beams, "early_stopping": True, "length_penalty": penalty}
    return arguments


LOOSE_TAILS = ("caption_eval_beam5", "beam5_ngram2_block", "beam5_no_ngram_block")


@needs_fixtures
@pytest.mark.parametrize(
    "name",
    [
        "greedy_max16", "greedy_max16_text_only", "caption_eval_beam5", "beam5_ngram2_block", "beam5_no_ngram_block",
        "refcoco_eval_beam5", "vqa_beam5_unnormalized", "gigaword_eval_beam6", "gen_code_beam1_bins_blocked",
        "gen_code_beam3", "constraint_range_bins_beam5",
    ],
)  # fmt: skip
def test_generation_agrees_with_the_original(name, original):
    entry = entries("tiny/generation.json")[name]
    settings, case = entry["settings"], arrays(f"tiny/case_{entry['input_case']}.npz")
    out = original.generate(**source(case), **translated(settings))
    rows = out.sequences.unflatten(0, (len(entry["hypotheses"]), settings["beam"]))
    # transformers finds a few better hypotheses for the end of the list, so there only the best ones must agree
    best = 1 if name in LOOSE_TAILS else settings["beam"]
    for sample, hypotheses in enumerate(entry["hypotheses"]):
        ours = [row[row != 1].tolist() for row in rows[sample, :best]]
        assert ours == [[0, *h["tokens"]] for h in hypotheses[:best]]
    if settings["beam"] > 1:
        scores = torch.tensor([[h["score"] for h in sample] for sample in entry["hypotheses"]])
        assert furthest(out.sequences_scores.view_as(scores)[:, :best], scores[:, :best]) < 1e-5


@needs_fixtures
@pytest.mark.parametrize("beams", [1, 4])
def test_cached_generation_equals_uncached(beams, original):
    case = arrays("tiny/case_vl_rect.npz")
    codes = torch.tensor([True, False, False])
    settings = {"num_beams": beams, "max_new_tokens": 40, "min_new_tokens": 40, "early_stopping": beams > 1}
    settings |= {"code_masks": codes, "output_scores": True, "return_dict_in_generate": True}
    cached = original.generate(**source(case), **settings, use_cache=True)
    plain = original.generate(**source(case), **settings, use_cache=False)
    assert cached.past_key_values is not None
    assert plain.past_key_values is None
    assert torch.equal(cached.sequences, plain.sequences)
    assert torch.allclose(torch.stack(cached.scores), torch.stack(plain.scores), atol=1e-4)


def test_the_cache_takes_several_tokens_at_once(nano):
    torch.manual_seed(7)
    ids, answer = torch.randint(4, 300, (2, 6)), torch.randint(4, 300, (2, 40))
    with torch.no_grad():
        encoded = nano.encoder(ids)
        whole = nano(encoder_outputs=encoded, decoder_input_ids=answer, use_cache=False).logits
        cache, parts = None, []
        for part in answer.split([2, 3, 35], dim=1):
            out = nano(encoder_outputs=encoded, decoder_input_ids=part, past_key_values=cache)
            cache = out.past_key_values
            parts.append(out.logits)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-4)


def test_generate_takes_image_features_and_computes_no_picture_twice(nano, monkeypatch):
    torch.manual_seed(1)
    ids, pixels = torch.randint(4, 300, (3, 6)), torch.randn(1, 3, 64, 64)
    wanted = nano.generate(input_ids=ids, pixel_values=pixels.expand(3, -1, -1, -1), num_beams=3, max_new_tokens=8)
    features = nano.get_image_features(pixels).expand(3, -1, -1, -1)
    monkeypatch.setattr(nano.encoder.embed_images, "forward", lambda pixels: pytest.fail("a picture was encoded"))
    assert torch.equal(nano.generate(input_ids=ids, image_features=features, num_beams=3, max_new_tokens=8), wanted)
    nano.generate(input_ids=ids, max_new_tokens=3)  # text only


# --- pictures that are not there


def test_a_hidden_picture_equals_no_picture(nano):
    torch.manual_seed(2)
    ids, answer = torch.randint(4, 300, (2, 7)), torch.randint(4, 300, (2, 5))
    pixels = torch.randn(2, 3, 64, 48)
    with torch.no_grad():
        without = nano(ids, labels=answer).logits
        half = nano(ids, pixel_values=pixels, patch_masks=torch.tensor([True, False]), labels=answer).logits
        seen = nano(ids, pixel_values=pixels, labels=answer).logits
    assert torch.allclose(half[1], without[1], atol=1e-4)
    assert torch.allclose(half[0], seen[0], atol=1e-4)
    assert furthest(seen, without) > 1e-2


def test_padding_changes_nothing(nano):
    torch.manual_seed(3)
    ids, answer = torch.randint(4, 300, (1, 7)), torch.randint(4, 300, (1, 5))
    longer = torch.cat([ids, torch.ones(1, 4, dtype=torch.long)], 1)
    with torch.no_grad():
        assert torch.allclose(nano(ids, labels=answer).logits, nano(longer, labels=answer).logits, atol=1e-4)
        blind = nano(longer, attention_mask=torch.ones_like(longer), labels=answer).logits
        assert furthest(blind, nano(ids, labels=answer).logits) > 1e-3


# --- training


def test_loss_ignores_padding_and_takes_the_trainers_count(nano):
    torch.manual_seed(4)
    ids, answer = torch.randint(4, 300, (2, 6)), torch.randint(4, 300, (2, 5))
    answer[0, 3:] = 1
    marked = answer.masked_fill(answer == 1, -100)
    with torch.no_grad():
        mean, logits = nano(ids, labels=answer, return_dict=False)[:2]
        assert logits.shape == (2, 5, 300)
        assert not logits[0, 3:].any()
        assert torch.allclose(nano(ids, labels=marked).loss, mean)
        assert torch.allclose(nano(ids, labels=marked, num_items_in_batch=16).loss, mean * 8 / 16)
        kept = marked != -100
        assert torch.allclose(torch.nn.functional.cross_entropy(logits[kept], marked[kept]), mean, atol=1e-5)


def test_checkpointing_changes_no_gradient(nano):
    torch.manual_seed(5)
    inputs = {"input_ids": torch.randint(4, 300, (2, 6)), "labels": torch.randint(4, 300, (2, 5))}
    inputs["pixel_values"] = torch.randn(2, 3, 32, 32)
    model = OFAForConditionalGeneration(named("ofa_nano", vocab_size=300, dropout=0.0)).train()
    gradients = []
    for checkpointing in (False, True):
        if checkpointing:
            model.activation_checkpointing_enable()
            assert model.encoder.layers[0].gradient_checkpointing
        model.zero_grad()
        model(**inputs).loss.backward()
        gradients.append({k: p.grad.clone() for k, p in model.named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys()
    assert all(torch.allclose(gradients[0][k], gradients[1][k], atol=1e-5) for k in gradients[0])


def test_a_frozen_resnet_keeps_its_norms():
    model = OFAForConditionalGeneration(named("ofa_nano", vocab_size=300, freeze_resnet=True)).train()
    ids = torch.randint(4, 300, (2, 6))
    model(ids, pixel_values=torch.randn(2, 3, 32, 32) + 3, labels=ids).loss.backward()
    norm = model.encoder.embed_images.bn1
    assert not norm.running_mean.any()
    assert norm.weight.grad is None
    assert model.encoder.embed_images.conv1.weight.grad is not None


def test_drop_path_drops_whole_samples():
    from workflow_scripts.models.ofa.layers import DropPath, drop_path_rates

    torch.manual_seed(6)
    dropped = DropPath(0.25).train()(torch.ones(4000, 2, 3))
    kept = dropped[:, 0, 0] > 0
    assert torch.equal(dropped, (kept / 0.75)[:, None, None].expand_as(dropped))
    assert kept.float().mean().item() == pytest.approx(0.75, abs=0.03)
    assert torch.equal(DropPath(0.25).eval()(dropped), dropped)
    assert drop_path_rates(0.2, 3) == [0.0, 0.1, 0.2]


# --- files and configuration


def test_saving_and_loading_is_lossless(nano, tmp_path):
    nano.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors").is_file()
    assert isinstance(AutoConfig.from_pretrained(tmp_path), OFAConfig)
    loaded, report = OFAForConditionalGeneration.from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert loaded.decoder.output_projection.weight is loaded.encoder.embed_tokens.weight
    assert loaded.decoder.embed_tokens.weight is loaded.encoder.embed_tokens.weight
    for key, value in nano.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[key]), key
    ids, pixels = torch.randint(4, 300, (2, 6)), torch.randn(2, 3, 48, 48)
    again = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).eval()
    with torch.no_grad():
        ours, theirs = (m(ids, pixel_values=pixels, labels=ids).logits for m in (nano, again))
    assert torch.equal(ours, theirs)
    assert torch.equal(*(m.generate(input_ids=ids, pixel_values=pixels, max_new_tokens=6) for m in (nano, again)))


def test_a_grown_vocabulary_stays_tied():
    model = OFAForConditionalGeneration(named("ofa_nano", vocab_size=300))
    model.resize_token_embeddings(310)
    assert model.config.vocab_size == 310
    assert model.decoder.output_projection.weight is model.encoder.embed_tokens.weight
    ids = torch.tensor([[0, 309, 2]])
    assert model(ids, labels=ids).logits.shape == (1, 3, 310)


def test_sizes_are_known_by_name():
    assert list(SIZES) == ["ofa_nano", "ofa_tiny", "ofa_medium", "ofa_base", "ofa_large", "ofa_huge"]
    assert named("ofa_large", dropout=0.3).dropout == 0.3
    assert named("ofa_large").encoder_ffn_dim == 4096
    with pytest.raises(ValueError, match=r"ofa_nano, ofa_tiny.*Did you mean 'ofa_base'"):
        size_fields("ofa-base")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("encoder_attention_heads", 7, "not a multiple"), ("resnet_layers", [3, 4], "three"),
     ("code_image_size", 100, "multiple of 8"), ("tie_word_embeddings", False, "shares one embedding")],
)  # fmt: skip
def test_impossible_configurations_are_refused(field, value, words):
    with pytest.raises(Exception, match=words):
        named("ofa_nano", **{field: value})


def test_wrong_inputs_say_what_to_do(nano):
    ids = torch.tensor([[0, 5, 2]])
    with pytest.raises(ValueError, match="decoder_input_ids"):
        nano(ids)
    with pytest.raises(ValueError, match=r"patch_masks.*one bool per sample"):
        nano(ids, pixel_values=torch.zeros(1, 3, 32, 32), patch_masks=torch.tensor([True, True]), labels=ids)
    with pytest.raises(ValueError, match="one feature map"):
        nano(ids, pixel_values=torch.zeros(2, 3, 32, 32), labels=ids)
    with pytest.raises(ValueError, match="resize it to at most 672"):
        nano(ids, pixel_values=torch.zeros(1, 3, 32, 704), labels=ids)
    with pytest.raises(ValueError, match="1024 positions"):
        nano(torch.full((1, 1025), 5), labels=ids)
    with pytest.raises(ValueError, match="OFAEncoderOutput"):
        nano(encoder_outputs=(torch.zeros(1, 3, 128),), labels=ids)
