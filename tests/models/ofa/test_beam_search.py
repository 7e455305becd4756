"""OFA's generator against the original's: every hypothesis, its score and the scores of its tokens."""

import pytest
import torch

from workflow_scripts.models.ofa.beam_search import Search, candidate_scores, search
from workflow_scripts.models.ofa.trie import Trie

from .parity import arrays, entries, needs_fixtures, source

ENTRIES = (
    "greedy_max16", "greedy_max16_text_only", "caption_eval_beam5", "beam5_ngram2_block", "beam5_no_ngram_block",
    "refcoco_eval_beam5", "vqa_beam5_unnormalized", "gigaword_eval_beam6", "beam5_lenpen2_min5_temp0.7_unkpen1",
    "beam5_max_len_a", "beam5_prefix_tokens", "gen_code_beam1_bins_blocked", "gen_code_beam3",
    "gen_code_sampling_topk1_beam2", "constraint_range_bins_beam5", "trie_beam5", "trie_beam5_zero_shot",
    "trie_beam5_unnormalized_prefix",
)  # fmt: skip
OURS = {  # the original's name of a setting -> ours
    "beam": "beams", "lenpen": "length_penalty", "unkpen": "unk_penalty", "no_repeat_ngram_size": "no_repeat_ngram",
    "gen_code": "codes",
}  # fmt: skip


def translated(theirs: dict) -> Search:
    ours = {OURS.get(name, name): value for name, value in theirs.items()}
    if "constraint_range" in ours:
        ours["allowed_range"] = tuple(map(int, ours.pop("constraint_range").split(",")))
    if "constraint_trie_answers" in ours:
        ours["trie"] = Trie(ours.pop("constraint_trie_answers"))
    return Search(normalize=not ours.pop("unnormalized", False), renormalize=not ours.pop("zero_shot", False), **ours)


@needs_fixtures
@pytest.mark.parametrize("name", ENTRIES)
def test_hypotheses_agree_with_the_original(name, original):
    entry = entries("tiny/generation.json")[name]
    prefix = entry["prefix_tokens"]
    found = search(
        original, translated(entry["settings"]), prefix_tokens=None if prefix is None else torch.tensor(prefix),
        **source(arrays(f"tiny/case_{entry['input_case']}.npz")),
    )  # fmt: skip
    for ours, theirs in zip(found, entry["hypotheses"], strict=True):
        assert [h.tokens for h in ours] == [h["tokens"] for h in theirs]
        assert [h.score for h in ours] == pytest.approx([h["score"] for h in theirs], abs=1e-5)
        for mine, its in zip(ours, theirs):
            assert mine.positional_scores == pytest.approx(its["positional_scores"], abs=1e-4)


@needs_fixtures
def test_every_entry_is_looked_at():
    assert set(entries("tiny/generation.json")) == {*ENTRIES, "allcand_scoring"}


@needs_fixtures
def test_scores_of_all_candidates_agree_with_the_original(original):
    entry = entries("tiny/generation.json")["allcand_scoring"]
    inputs = source(arrays("tiny/case_vl.npz"))
    scores = candidate_scores(original, entry["answers"], prompts=entry["decoder_prompts"], rows_at_once=3, **inputs)
    assert torch.allclose(scores, torch.tensor(entry["scores"]), atol=3e-5)
    assert scores.argmax(1).tolist() == entry["argmax"]
