"""OFA's generator against the original's: every hypothesis, its score and the scores of its tokens."""

import copy

import pytest
import torch

from workflow_scripts.models.ofa.beam_search import (
    Search,
    candidate_scores,
    forbid_repeats,
    option_scores,
    search,
    topk,
)
from workflow_scripts.models.ofa.building import fresh
from workflow_scripts.models.ofa.trie import Trie
from workflow_scripts.tokens.vocabulary import Vocabulary

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


# --- whatever the weights


@pytest.fixture
def batch():
    """Three sentences of other lengths over three pictures, one of them hidden."""
    torch.manual_seed(3)
    ids = torch.randint(4, 300, (3, 9))
    ids[1, 6:] = ids[2, 4:] = 1
    return {
        "input_ids": ids, "pixel_values": torch.randn(3, 3, 64, 48), "patch_masks": torch.tensor([True, False, True])
    }  # fmt: skip


def alone(batch: dict, number: int) -> dict:
    row = {name: value[number, None] for name, value in batch.items()}
    return row | {"input_ids": row["input_ids"][:, : int((row["input_ids"] != 1).sum())]}


@pytest.mark.parametrize("settings", [Search(beams=4, max_len_b=12), Search(beams=3, max_len_b=9, no_repeat_ngram=2)])
def test_a_sentence_has_the_same_hypotheses_alone_and_in_a_batch(settings, nano, batch):
    """Although sentences leave the batch when they are done."""
    together = search(nano, settings, **batch)
    for number, ours in enumerate(together):
        [single] = search(nano, settings, **alone(batch, number))
        assert [h.tokens for h in ours] == [h.tokens for h in single]
        assert [h.score for h in ours] == pytest.approx([h.score for h in single], abs=1e-4)


ANSWERS = [[[5], [6, 7], [6, 8, 9]], [[10, 11], [12]], [[5, 6], [7]]]  # of each of the three sentences


def test_each_sentence_chooses_from_its_own_answers(nano, batch):
    how = {"beams": 4, "max_len_b": 5}
    together = search(nano, Search(**how, trie=[Trie(answers) for answers in ANSWERS]), **batch)
    for number, (ours, answers) in enumerate(zip(together, ANSWERS)):
        assert sorted(h.tokens[:-1] for h in ours) == sorted(answers)
        [single] = search(nano, Search(**how, trie=Trie(answers)), **alone(batch, number))
        assert [h.tokens for h in ours] == [h.tokens for h in single]


def test_scores_of_each_sentences_own_answers(nano, batch):
    for number, scores in enumerate(option_scores(nano, ANSWERS, **batch)):
        [single] = candidate_scores(nano, ANSWERS[number], **alone(batch, number))
        assert scores.tolist() == pytest.approx(single.tolist(), abs=1e-4)
        assert scores.exp().sum().item() == pytest.approx(1, abs=1e-4)


def test_one_beam_is_greedy(nano, batch):
    found = search(nano, Search(beams=1, max_len_b=10, min_len=0), **batch)
    wanted = nano.generate(**batch, max_new_tokens=10, do_sample=False)
    for [best], row in zip(found, wanted):
        greedy = row[1:][row[1:] != 1].tolist()
        assert [t for t in best.tokens if t != 2] == [t for t in greedy if t != 2]


def test_scores_are_the_models_own(nano, batch):
    [best, *_], *_ = search(nano, Search(beams=3, max_len_b=8), **alone(batch, 0))
    with torch.no_grad():
        labels = torch.tensor([best.tokens])
        log_p = nano(**alone(batch, 0), labels=labels).logits.log_softmax(-1)
    each = log_p[0, torch.arange(len(best.tokens)), labels[0]]
    assert best.positional_scores == pytest.approx(each.tolist(), abs=1e-4)
    assert best.score == pytest.approx(each.mean().item(), abs=1e-4)


def test_sampling_follows_its_generator_and_the_distribution(nano, batch):
    settings = Search(beams=4, max_len_b=6, sampling_topk=20)
    draws = [search(nano, settings, generator=torch.Generator().manual_seed(n), **alone(batch, 0)) for n in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
    assert len({tuple(h.tokens) for h in draws[0][0]}) > 1


def test_half_precision_takes_pictures_as_they_come_and_keeps_its_scores_exact(nano, batch):
    half, settings = copy.deepcopy(nano).bfloat16(), Search(beams=3, max_len_b=6)
    [[best, *_], *_] = search(half, settings, **alone(batch, 0))
    [[wanted, *_], *_] = search(nano, settings, **alone(batch, 0))
    assert best.score == pytest.approx(wanted.score, abs=0.3)
    assert best.score == pytest.approx(sum(best.positional_scores) / len(best.tokens), abs=1e-5)
    with torch.no_grad():
        ours, theirs = (m.get_image_features(batch["pixel_values"]).float() for m in (half, nano))
    assert (ours - theirs).norm() < 0.02 * theirs.norm()


def test_changed_weights_are_noticed(batch):
    model = fresh("ofa_nano", seed=0, vocabulary=Vocabulary(50)).eval()
    batch["input_ids"] = batch["input_ids"].clamp(max=50)
    settings = Search(beams=2, max_len_b=4)
    before = search(model, settings, **batch)
    model.get_output_embeddings().weight.data.mul_(0.5)  # counts no version
    after = search(model, settings, **batch)
    assert after != before
    assert search(model.double().float(), settings, **batch) == after


def test_repeated_ngrams_are_forbidden():
    tokens, log_p = torch.tensor([[0, 5, 6, 7, 5, 6], [0, 5, 6, 7, 8, 9]]), torch.zeros(2, 10)
    forbid_repeats(log_p, tokens, 3)
    assert log_p.isinf().nonzero().tolist() == [[0, 1], [0, 7], [1, 1]]  # and the padding, which nobody may write


@pytest.mark.parametrize(("beams", "size", "count"), [(1, 5000, 7), (3, 5000, 6), (2, 700, 5), (2, 64, 3)])
def test_topk_by_blocks_is_topk(beams, size, count):
    generator = torch.Generator().manual_seed(size)
    scores = torch.randn(3, beams, size, generator=generator)
    scores[0, 0, 10] = -torch.inf
    totals = torch.randn(3, beams, generator=generator)
    ours, theirs = topk(scores, count, totals), (scores + totals[..., None]).flatten(1).topk(count)
    assert torch.equal(ours[0], theirs.values)
    assert torch.equal(ours[1], theirs.indices)
    assert torch.equal(topk(scores, count)[1], scores.flatten(1).topk(count).indices)


@pytest.mark.parametrize(
    ("settings", "prefix", "words"),
    [
        ({"min_len": 5, "max_len_b": 4}, None, "min_len=5 is above max_len=4"),
        ({"max_len_b": 1024}, None, "need 1025 decoder positions, the model has 1024"),
        ({"max_len_b": 65, "codes": True}, None, "need 66 decoder positions, the model has 65"),
        ({"max_len_b": 4, "allowed_range": (290, 301)}, None, "allowed_range=290,301 is not within 4..300"),
        ({"max_len_b": 4, "trie": Trie([[5, 300]])}, None, "the trie holds id 300"),
        ({"max_len_b": 4, "trie": [Trie([[5]])]}, None, "1 tries for 3 sentences"),
        ({"max_len_b": 2}, [[5, 6, 7]], "a prefix of 3 tokens is longer than max_len=2"),
        ({"max_len_b": 4}, [[5, 2]], "cannot hold eos"),
    ],
)
def test_impossible_searches_say_so(settings, prefix, words, nano, batch):
    prefix = None if prefix is None else torch.tensor(prefix * 3)
    with pytest.raises(ValueError, match=words):
        search(nano, Search(**settings), prefix_tokens=prefix, **batch)


def test_wrong_settings_are_named_together():
    with pytest.raises(ValueError, match=r"beams=0 must be at least 1; temperature=0 must be above 0"):
        Search(beams=0, temperature=0)
    with pytest.raises(ValueError, match="not both"):
        Search(trie=Trie([[5]]), allowed_range=(4, 9))
    for answers, words in (([], "no answers"), ([[]], "without tokens")):
        with pytest.raises(ValueError, match=words):
            Trie(answers)
