"""Examples to rows of token ids: one row an instance, all of its instructions side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby

from workflow_scripts.tokens.bpe import TextTokenizer


def shard_rows(
    examples: Iterable[Mapping],
    tokenizer: TextTokenizer,
    *,
    max_source: int,
    max_target: int,
    codes_of: Callable[[Mapping], list[int]],
) -> Iterator[dict]:
    """Rows of schemas.SHARDS.

    max_source, max_target: lengths in tokens, bos and eos included; what is longer is cut and counted in `truncated`.
    Picture codes are never cut: a part of a grid is no picture.
    codes_of: the picture codes (0..8191) of an example's target_crop.
    """
    for instance_id, group in groupby(examples, key=lambda e: e["instance_id"]):
        several = list(group)
        first = several[0]
        sources = [tokenizer.encode(e["prompt"]) for e in several]
        is_code = first["target"] is None
        if is_code:
            target = [tokenizer.vocabulary.first_code + code for code in codes_of(first)]
        else:
            target = tokenizer.encode(first["target"])
        longest = len(target) if is_code else max_target - 2
        limits = [max_source - 2] * len(sources) + [longest]
        yield {
            "instance_id": instance_id,
            "sources": [ids[: max_source - 2] for ids in sources],
            "target": target[:longest],
            "target_is_code": is_code,
            "truncated": sum(len(ids) > limit for ids, limit in zip([*sources, target], limits)),
            "target_text": first["target"],
            "references": first["references"],
            "options": first["options"],
            "image": first["image"],
            "width": first["width"],
            "height": first["height"],
            "subtask": first["subtask"],
        }


def shard_of(position: int, *, instances_per_shard: int, shards: int) -> int:
    """Which of the shards holds the row at a position."""
    return min(position // instances_per_shard, shards - 1)
