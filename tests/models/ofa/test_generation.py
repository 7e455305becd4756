"""transformers' own `generate` on OFA: caches, and pictures that were encoded before."""

import pytest
import torch

from .parity import arrays, needs_fixtures, source


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
