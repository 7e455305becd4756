"""OFA's own generator: beam search as the original does it, where transformers' differs.

A sentence ends as soon as `beams` hypotheses are finished (transformers goes on looking for better ones); an end that
is forced at the greatest length keeps its own probability (transformers gives it probability one), which ranks boxes of
four tokens; repeated n-grams are forbidden after that. Source: OFA-Sys/OFA, models/sequence_generator.py.

Fast as well: beams of one sentence share the encoder's keys and values instead of holding copies, finished sentences
leave the batch, and position terms are made once for all steps.

Axes: N sentences at work; K beams; V vocabulary; L tokens written so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from workflow_scripts.models.ofa.encoder import OFAEncoderOutput
from workflow_scripts.models.ofa.projection import projection_of
from workflow_scripts.models.ofa.trie import Trie
from workflow_scripts.tokens.vocabulary import PAD, SPECIALS, UNK

NEVER = -torch.inf
BLOCK = 64  # of a vocabulary, for topk


@dataclass(frozen=True)
class Search:
    """How to search; lengths are in tokens, without bos and eos.

    The end is forced at max_len = int(max_len_a * T + max_len_b) for sources padded to T tokens and forbidden before
    min_len. A hypothesis' score is the sum of its log-probabilities divided by its length (with eos) to the power of
    length_penalty, or the plain sum if not `normalize`.
    """

    beams: int = 5
    min_len: int = 1
    max_len_a: float = 0.0
    max_len_b: int = 200
    length_penalty: float = 1.0
    normalize: bool = True
    no_repeat_ngram: int = 0
    temperature: float = 1.0
    unk_penalty: float = 0.0
    codes: bool = False  # write image codes: no special token before max_len
    allowed_range: tuple[int, int] | None = None  # ids start <= id < end and the special tokens share the probability
    trie: Trie | Sequence[Trie] | None = None  # the answers to choose from: everybody's, or one for each sentence
    renormalize: bool = True  # they share the probability among themselves; False: the original's zero-shot mode
    sampling_topk: int = 0  # each beam draws among so many best tokens instead of searching

    def __post_init__(self):
        problems = [
            f"{name}={getattr(self, name)} must be at least {least}"
            for name, least in (("beams", 1), ("min_len", 0), ("max_len_b", 0), ("no_repeat_ngram", 0))
            if getattr(self, name) < least
        ]
        if self.temperature <= 0:
            problems.append(f"temperature={self.temperature} must be above 0")
        if self.trie is not None and self.allowed_range is not None:
            problems.append("give a trie or an allowed_range, not both")
        if problems:
            raise ValueError("; ".join(problems))

    def longest(self, source_length: int) -> int:
        """max_len for sources of so many tokens; raises ValueError where no hypothesis could be long enough."""
        longest = int(self.max_len_a * source_length + self.max_len_b)
        if self.min_len > longest:
            raise ValueError(f"min_len={self.min_len} is above max_len={longest}: raise max_len_b or lower min_len")
        return longest


@dataclass(frozen=True)
class Hypothesis:
    """An answer: ids (with eos, without bos), its score, and the log-probability of each token."""

    tokens: list[int]
    score: float
    positional_scores: list[float]


@torch.no_grad()
def search(
    model,
    settings: Search,
    *,
    prefix_tokens: torch.Tensor | None = None,
    generator: torch.Generator | None = None,
    **source: torch.Tensor,
) -> list[list[Hypothesis]]:
    """Hypotheses of each sentence, best first; at most `beams`, fewer where the trie has fewer answers.

    source: the encoder's inputs as forward takes them (input_ids, pixel_values or image_features, patch_masks ...).
    prefix_tokens (B, P): what each answer must begin with, padded right. generator: of sampling's draws.
    """
    longest = settings.longest(source["input_ids"].shape[1])
    check(model.config, settings, prefix_tokens, longest)
    encoded = model.encoder(**source)
    prefix = None if prefix_tokens is None else prefix_tokens.to(encoded.last_hidden_state.device)
    work = _Work(model, settings, encoded, longest, prefix)
    for step in range(longest + 1):
        log_p = work.log_probabilities(step)  # (N * K, V)
        if settings.sampling_topk:
            scores, tokens, beams = work.draw(step, log_p, generator)
        else:
            scores, tokens, beams = work.best(step, log_p)
        if work.finish(step, scores, tokens, beams):
            break
    for hypotheses in work.found:
        hypotheses.sort(key=lambda h: -h.score)
    return work.found


def check(config, settings: Search, prefix_tokens: torch.Tensor | None, longest: int) -> None:
    """Refuse what this model cannot write. Raises ValueError."""
    places = 1 + (config.code_image_size // 8) ** 2 if settings.codes else config.max_target_positions
    if longest + 1 > places:
        raise ValueError(
            f"max_len={longest} and bos need {longest + 1} decoder positions, the model has {places}: lower max_len"
        )
    if settings.allowed_range is not None:
        start, end = settings.allowed_range
        if not SPECIALS <= start < end <= config.vocab_size:
            raise ValueError(f"allowed_range={start},{end} is not within {SPECIALS}..{config.vocab_size}")
    largest = max((trie.largest for trie in tries_of(settings, 1)), default=-1)
    if largest >= config.vocab_size:
        raise ValueError(f"the trie holds id {largest}, the vocabulary ends at {config.vocab_size - 1}")
    if prefix_tokens is not None:
        if prefix_tokens.shape[1] > longest:
            raise ValueError(f"a prefix of {prefix_tokens.shape[1]} tokens is longer than max_len={longest}")
        if (prefix_tokens == config.eos_token_id).any():
            raise ValueError("a prefix cannot hold eos: leave it out and pad with 1")


def tries_of(settings: Search, count: int) -> Sequence[Trie]:
    """The trie of each of `count` sentences; none where answers are free."""
    if settings.trie is None:
        return ()
    return [settings.trie] * count if isinstance(settings.trie, Trie) else settings.trie


class _Work:
    """The sentences still at work, their beams and what the model keeps of them."""

    def __init__(self, model, settings: Search, encoded: OFAEncoderOutput, longest: int, prefix: torch.Tensor | None):
        self.model, self.settings, self.encoded, self.longest, self.prefix = model, settings, encoded, longest, prefix
        self.beams, self.eos = settings.beams, model.config.eos_token_id
        count, device = encoded.last_hidden_state.shape[0], encoded.last_hidden_state.device
        self.tries = tries_of(settings, count)
        if self.tries and len(self.tries) != count:
            raise ValueError(f"{len(self.tries)} tries for {count} sentences: give one, or one for each sentence")
        self.found: list[list[Hypothesis]] = [[] for _ in range(count)]
        self.sentences = list(range(count))  # numbers of those at work
        self.width = 1  # rows of each sentence: the first step has one, later ones K
        self.tokens = torch.full((count, longest + 2), PAD, device=device)
        self.tokens[:, 0] = model.config.decoder_start_token_id
        self.totals = torch.zeros(count, longest + 1, device=device)  # log-probability up to each token
        self.lost = torch.zeros(count, self.beams, dtype=torch.bool, device=device)  # beams without a hypothesis
        self.cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        self.project = projection_of(model.decoder.output_projection)
        self.range: torch.Tensor | None = None  # (V,)
        if settings.allowed_range is not None:
            ids = torch.arange(model.config.vocab_size, device=device)
            start, end = settings.allowed_range
            self.range = (ids < SPECIALS) | ((ids >= start) & (ids < end))

    def log_probabilities(self, step: int) -> torch.Tensor:
        """Of the next token, (N * K, V) float32, with everything that is forbidden at -inf."""
        settings = self.settings
        decoded = self.model.decoder(
            self.tokens[:, step : step + 1], self.encoded, code_masks=settings.codes, past_key_values=self.cache
        )
        logits = self.project(decoded.last_hidden_state[:, -1]).float()
        if settings.temperature != 1.0:
            logits = logits / settings.temperature
        allowed = self.range if settings.trie is None else self.next_of_trie(step, logits)  # (V,), (N * K, V) or None
        if allowed is not None and settings.renormalize:
            logits = logits.masked_fill(~allowed, NEVER)
        log_p = logits.log_softmax(-1)
        if allowed is not None:
            log_p = log_p.masked_fill_(~allowed, NEVER)
        log_p[:, PAD] = NEVER
        if settings.unk_penalty:
            log_p[:, UNK] -= settings.unk_penalty
        if settings.codes and step < self.longest:
            log_p[:, :SPECIALS] = NEVER
        if step >= self.longest:
            end = log_p[:, self.eos].clone()
            log_p.fill_(NEVER)[:, self.eos] = end
        elif self.prefix is not None and step < self.prefix.shape[1]:
            self.force_prefix(step, log_p)
        elif step < settings.min_len:
            log_p[:, self.eos] = NEVER
        if settings.no_repeat_ngram:
            forbid_repeats(log_p, self.tokens[:, : step + 1], settings.no_repeat_ngram)
        return log_p

    def next_of_trie(self, step: int, logits: torch.Tensor) -> torch.Tensor:
        """Where an answer goes on, bool (N * K, V); everything inside the prefix."""
        allowed = torch.zeros_like(logits, dtype=torch.bool)
        begun = [0] * len(self.sentences)  # length of each sentence's prefix
        if self.prefix is not None:
            begun = (self.prefix != PAD).sum(1).tolist()
        for row, written in enumerate(self.tokens[:, 1 : step + 1].tolist()):
            at = row // self.width
            start, trie = begun[at], self.tries[self.sentences[at]]
            allowed[row, trie.after(written[start:]) if step >= start else slice(None)] = True
        return allowed

    def force_prefix(self, step: int, log_p: torch.Tensor) -> None:
        """Leave only the prefix' token where there is one."""
        forced = self.prefix[:, step].repeat_interleave(self.width)  # (N * K,)
        rows = (forced != PAD).nonzero().squeeze(1)
        kept = log_p[rows, forced[rows]]
        log_p[rows] = NEVER
        log_p[rows, forced[rows]] = kept

    def best(self, step: int, log_p: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The 2 K best continuations of each sentence: totals, tokens and beams, (N, 2 K) each, best first."""
        count, size = len(self.sentences), log_p.shape[1]
        totals = self.totals[:, step - 1].view(count, -1) if step else None
        scores, places = topk(log_p.view(count, -1, size), min(2 * self.beams, size - 1), totals)
        return scores, places % size, places // size

    def draw(self, step: int, log_p: torch.Tensor, generator: torch.Generator | None) -> tuple[torch.Tensor, ...]:
        """One drawn continuation of each beam: totals, tokens and beams, (N, K) each."""
        count = len(self.sentences)
        best, tokens = topk(log_p[:, None], self.settings.sampling_topk)  # (N * K, top)
        drawn = best.exp().multinomial(self.beams // self.width, replacement=True, generator=generator)
        scores = best.gather(1, drawn)  # (N, K) in the first step, then (N * K, 1)
        if step:
            scores = scores + self.totals[:, step - 1, None]
        beams = torch.arange(self.width, device=tokens.device).repeat_interleave(self.beams // self.width)
        return scores.view(count, -1), tokens.gather(1, drawn).view(count, -1), beams.expand(count, -1)

    def finish(self, step: int, scores: torch.Tensor, tokens: torch.Tensor, beams: torch.Tensor) -> bool:
        """Keep what ends here, go on with the best that does not; whether all sentences are done.

        scores, tokens, beams (N, C): candidates, best first; only ends among the first K count.
        """
        count, size = tokens.shape
        first = slice(self.beams)
        rows = beams + torch.arange(count, device=beams.device)[:, None] * self.width  # (N, C) into tokens and totals
        ends = tokens.eq(self.eos) & scores.ne(NEVER)  # (N, C)
        ends[:, first] &= ~self.lost
        self.keep(step, ends[:, first], rows[:, first], scores[:, first])
        going = [n for n, s in enumerate(self.sentences) if len(self.found[s]) < self.beams and step < self.longest]
        if not going:
            return True
        ends[:, first] |= self.lost
        order = ends * size + torch.arange(size, device=ends.device)
        if len(going) < count:
            self.narrow(torch.tensor(going, device=rows.device))
            order, rows, tokens, scores = order[going], rows[going], tokens[going], scores[going]
        order, active = order.topk(self.beams, largest=False)  # the first K that did not end
        self.lost = order >= size
        chosen = rows.gather(1, active).flatten()  # (N * K,)
        self.tokens, self.totals = self.tokens[chosen], self.totals[chosen]
        self.tokens[:, step + 1] = tokens.gather(1, active).flatten()
        self.totals[:, step] = scores.gather(1, active).flatten()
        self.cache.self_attention_cache.reorder_cache(chosen)
        self.width = self.beams
        return False

    def keep(self, step: int, ends: torch.Tensor, rows: torch.Tensor, scores: torch.Tensor) -> None:
        """Turn candidates that end, (N, K), into hypotheses of their sentences."""
        where = ends.nonzero()
        if not len(where):
            return
        ended, totals = rows[ends], scores[ends]
        written = self.tokens[ended, 1 : step + 1].tolist()
        steps = torch.cat([self.totals[ended, :step], totals[:, None]], 1)
        positional = steps.diff(dim=1, prepend=steps.new_zeros(len(steps), 1)).tolist()
        length = (step + 1) ** self.settings.length_penalty if self.settings.normalize else 1.0
        for sentence, ids, total, each in zip(where[:, 0].tolist(), written, (totals / length).tolist(), positional):
            found = self.found[self.sentences[sentence]]
            if len(found) < self.beams:
                found.append(Hypothesis([*ids, self.eos], total, each))

    def narrow(self, going: torch.Tensor) -> None:
        """Leave out sentences that are done; beams are taken along by `finish`."""
        self.sentences = [self.sentences[n] for n in going.tolist()]
        self.lost = self.lost[going]
        if self.prefix is not None:
            self.prefix = self.prefix[going]
        encoded = self.encoded
        positions = encoded.position_embeddings
        self.encoded = OFAEncoderOutput(
            last_hidden_state=encoded.last_hidden_state[going],
            attention_mask=encoded.attention_mask[going],
            position_embeddings=positions if len(positions) == 1 else positions[going],
        )
        self.cache.cross_attention_cache.reorder_cache(going)
        places = self.cache.ofa_places
        if len(places.cross_keys) > 1:
            places.cross_keys = places.cross_keys[going]


def topk(
    scores: torch.Tensor, count: int, totals: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """The `count` highest of each sentence's scores (N, K, V) and where among its K * V they are: (N, count) twice.

    Highest first. totals (N, K): what is added to all scores of a beam. The highest lie in the blocks with the highest
    maxima, which are found ten times faster than single places of a large vocabulary.
    """
    sentences, beams, size = scores.shape
    totals = scores.new_zeros(sentences, beams) if totals is None else totals
    blocks = size // BLOCK
    if blocks <= 2 * count:
        found = (scores + totals[..., None]).flatten(1).topk(count)
        return found.values, found.indices
    whole, device = blocks * BLOCK, scores.device
    maxima = scores[..., :whole].unflatten(2, (blocks, BLOCK)).amax(3) + totals[..., None]  # (N, K, blocks)
    best = maxima.flatten(1).topk(count).indices  # (N, count) of K * blocks
    begins = best // blocks * size + best % blocks * BLOCK
    rest = torch.arange(beams, device=device)[:, None] * size + torch.arange(whole, size, device=device)
    places = torch.cat(
        [(begins[..., None] + torch.arange(BLOCK, device=device)).flatten(1), rest.flatten().expand(sentences, -1)], 1
    )  # (N, count * BLOCK + K * rest)
    found = (scores.flatten(1).gather(1, places) + totals.gather(1, places // size)).topk(count)
    return found.values, places.gather(1, found.indices)


def forbid_repeats(log_p: torch.Tensor, tokens: torch.Tensor, size: int) -> None:
    """Forbid what would complete an n-gram a second time: log_p (R, V), tokens written so far (R, L), bos too."""
    if tokens.shape[1] < size:
        return
    grams = tokens.unfold(1, size, 1)  # (R, L - n + 1, n)
    repeated = (grams[..., :-1] == tokens[:, None, tokens.shape[1] - size + 1 :]).all(-1)
    log_p.scatter_(1, grams[..., -1].where(repeated, PAD), NEVER)  # the padding is forbidden anyway


@torch.no_grad()
def candidate_scores(
    model,
    answers: Sequence[Sequence[int]],
    *,
    prompts: Sequence[Sequence[int]] | None = None,
    rows_at_once: int = 256,
    **source: torch.Tensor,
) -> torch.Tensor:
    """Log-probability of every answer to every sentence, (B, answers), shared among the answers at each token.

    answers: ids without bos and eos. prompts: what stands in the decoder before each sentence's answer, with bos.
    source: the encoder's inputs. Source: OFA-Sys/OFA, all-candidate inference of VQA and SNLI-VE.
    """
    options = [answers] * len(source["input_ids"])
    return torch.stack(option_scores(model, options, prompts=prompts, rows_at_once=rows_at_once, **source))


@torch.no_grad()
def option_scores(
    model,
    options: Sequence[Sequence[Sequence[int]]],
    *,
    prompts: Sequence[Sequence[int]] | None = None,
    rows_at_once: int = 256,
    **source: torch.Tensor,
) -> list[torch.Tensor]:
    """`candidate_scores` where each sentence has answers of its own: (its answers,) for each."""
    encoded, tries = model.encoder(**source), {id(answers): Trie(answers) for answers in options}
    prompts = [[model.config.decoder_start_token_id]] * len(options) if prompts is None else prompts
    found = []
    for sentence, (prompt, answers) in enumerate(zip(prompts, options, strict=True)):
        one = OFAEncoderOutput(
            last_hidden_state=encoded.last_hidden_state[sentence, None],
            attention_mask=encoded.attention_mask[sentence, None],
            position_embeddings=encoded.position_embeddings[
                sentence if len(encoded.position_embeddings) > 1 else 0, None
            ],
        )
        parts = [
            _scores_of(model, one, prompt, answers[at : at + rows_at_once], tries[id(answers)])
            for at in range(0, len(answers), rows_at_once)
        ]
        found.append(torch.cat(parts))
    return found


def _scores_of(model, encoded, prompt: Sequence[int], answers: Sequence[Sequence[int]], trie: Trie) -> torch.Tensor:
    """(answers,) for one sentence; encoded (1, S, D) is shared by all of them."""
    device, eos = encoded.last_hidden_state.device, model.config.eos_token_id
    ids = torch.full((len(answers), len(prompt) + max(map(len, answers))), PAD, device=device)
    rows, columns, targets, followers = [], [], [], []
    for row, answer in enumerate(answers):
        ids[row, : len(prompt) + len(answer)] = torch.tensor([*prompt, *answer])
        for place, target in enumerate((*answer, eos)):
            rows.append(row)
            columns.append(len(prompt) - 1 + place)
            targets.append(target)
            followers.append(trie.after(answer[:place]))
    states = model.decoder(ids, encoded).last_hidden_state[rows, columns]  # (tokens of all answers, D)
    logits = model.decoder.output_projection(states).float()
    allowed = torch.zeros_like(logits, dtype=torch.bool)
    for mask, tokens in zip(allowed, followers):
        mask[tokens] = True
    log_p = logits.masked_fill(~allowed, NEVER).log_softmax(-1)
    each = log_p.gather(1, torch.tensor(targets, device=device)[:, None]).squeeze(1)
    return each.new_zeros(len(answers)).index_add(0, torch.tensor(rows, device=device), each)
