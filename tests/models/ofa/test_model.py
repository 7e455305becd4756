"""What OFA does whatever its weights: hidden pictures, padding, training switches, files, errors."""

import pytest
import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM

from workflow_scripts.models.ofa.configuration import SIZES, OFAConfig, named
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.models.ofa.sizes import size_fields

from .parity import furthest


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
