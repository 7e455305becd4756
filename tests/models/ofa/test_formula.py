"""The released sizes, exactly: outputs for weights that a formula gives."""

import zlib

import numpy as np
import pytest
import torch

from workflow_scripts.models.ofa.configuration import named
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration, drop_computed

from .parity import arrays, entries, furthest, needs_fixtures, source

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


def empty(size: str, **overrides) -> OFAForConditionalGeneration:
    """A model whose weights are not yet drawn: the formula fills them all."""
    with torch.device("meta"):
        model = OFAForConditionalGeneration(named(size, **overrides))
    model = model.to_empty(device="cpu").eval()
    model.tie_weights()
    return model


SLOW = [pytest.param(size, marks=pytest.mark.slow) for size in ("ofa_large", "ofa_huge")]


@needs_fixtures
@pytest.mark.parametrize("size", ["ofa_tiny", "ofa_medium", "ofa_base", *SLOW])
def test_released_sizes_agree_with_the_original(size):
    facts, theirs, inputs = entries(f"formula/{size}.json"), arrays(f"formula/{size}.npz"), arrays("formula/inputs.npz")
    model = empty(size, label_smoothing=0.1)
    by_formula(model)
    assert sum(p.numel() for p in model.parameters()) == facts["n_params"]
    assert sum(p.numel() for p in model.encoder.embed_images.parameters()) == facts["n_params_resnet"]
    with torch.no_grad():
        out = model(**source(inputs), decoder_input_ids=inputs["prev_output_tokens"], labels=inputs["target"])
    assert out.loss.item() * facts["n_target_tokens"] == pytest.approx(facts["loss_sum"], rel=1e-5)
    seen, targets = ~theirs["encoder_padding_mask"], inputs["target"] != 1
    states, logits = out.encoder_last_hidden_state, out.logits
    assert furthest(states[..., :32], theirs["encoder_out_first32"], seen) < 1e-4
    assert furthest(states.norm(dim=-1), theirs["encoder_out_token_norm"], seen) < 1e-3
    assert furthest(logits[..., facts["selected_vocab_ids"]], theirs["logits_selected"], targets) < 1e-4
    assert furthest(logits.logsumexp(-1), theirs["logits_lse"], targets) < 1e-4
    best = logits[targets].topk(5)
    assert furthest(best.values, theirs["logits_top5_values"][targets]) < 1e-4
    assert torch.equal(best.indices, theirs["logits_top5_ids"][targets])


@needs_fixtures
def test_a_picture_of_1024_codes_agrees_with_the_original():
    facts, theirs, inputs = (
        entries("formula/ofa_tiny.json"),
        arrays("formula/ofa_tiny.npz"),
        arrays("formula/inputs.npz"),
    )
    model = empty("ofa_tiny", code_image_size=256)
    by_formula(model)
    expected = drop_computed({key: torch.empty(shape, device="meta") for key, shape in facts["state_dict"].items()})
    assert {k: v.shape for k, v in model.state_dict().items()} == {k: v.shape for k, v in expected.items()}
    codes = theirs["code_prev_output_tokens"]  # 1025 positions of a 256 x 256 image
    with torch.no_grad():
        logits = model(inputs["src_tokens"][:1], decoder_input_ids=codes, code_masks=True, use_cache=False).logits
    assert furthest(logits[:, ::16, facts["selected_vocab_ids"]], theirs["code_logits_selected"]) < 1e-4
    assert furthest(logits.logsumexp(-1), theirs["code_logits_lse"]) < 1e-4


@pytest.mark.parametrize("size", ["ofa_large", "ofa_huge"])
@needs_fixtures
def test_large_sizes_have_the_original_number_of_parameters(size):
    with torch.device("meta"):
        model = OFAForConditionalGeneration(named(size))
    facts = entries(f"formula/{size}.json")
    assert sum(p.numel() for p in model.parameters()) == facts["n_params"]
    assert sum(p.numel() for p in model.encoder.embed_images.parameters()) == facts["n_params_resnet"]
