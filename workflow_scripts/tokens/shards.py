"""Examples to rows of token ids: one row an instance, all of its instructions side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice

from workflow_scripts.tokens.bpe import TextTokenizer

LOOK_AHEAD = 64  # instances whose pictures are encoded together


def shard_rows(
    examples: Iterable[Mapping],
    tokenizer: TextTokenizer,
    *,
    max_source: int,
    max_target: int,
    codes_of: Callable[[Sequence[Mapping]], list[list[int]]],
) -> Iterator[dict]:
    """Rows of schemas.SHARDS.

    max_source, max_target: lengths in tokens, bos and eos included; what is longer is cut and counted in `truncated`.
    Picture codes are never cut: a part of a grid is no picture.
    codes_of: the picture codes (0..8191) of each example's target_crop; asked for LOOK_AHEAD instances at a time.
    """
    for several, codes in _with_codes(examples, codes_of):
        first, is_code = several[0], codes is not None
        sources = [tokenizer.encode(e["prompt"]) for e in several]
        named = [] if first["name_prompt"] is None else [tokenizer.encode(first["name_prompt"])]
        if is_code:
            target = [tokenizer.vocabulary.first_code + code for code in codes]
        else:
            target = tokenizer.encode(first["target"])
        longest = len(target) if is_code else max_target - 2
        limits = [max_source - 2] * len(sources + named) + [longest]
        yield {
            "instance_id": first["instance_id"],
            "sources": [ids[: max_source - 2] for ids in sources],
            "name_source": named[0][: max_source - 2] if named else None,
            "target": target[:longest],
            "target_is_code": is_code,
            "truncated": sum(len(ids) > limit for ids, limit in zip([*sources, *named, target], limits)),
            "target_text": first["target"],
            "references": first["references"],
            "options": first["options"],
            "image": first["image"],
            "width": first["width"],
            "height": first["height"],
            "mask": first["mask"],
            "subtask": first["subtask"],
        }


def _with_codes(
    examples: Iterable[Mapping], codes_of: Callable[[Sequence[Mapping]], list[list[int]]]
) -> Iterator[tuple[list[Mapping], list[int] | None]]:
    """The examples of each instance, with its picture codes where its target is a picture."""
    instances = (list(group) for _, group in groupby(examples, key=lambda e: e["instance_id"]))
    while chunk := list(islice(instances, LOOK_AHEAD)):
        pictures = [several[0] for several in chunk if several[0]["target"] is None]
        codes = iter(codes_of(pictures) if pictures else ())
        yield from ((several, next(codes) if several[0]["target"] is None else None) for several in chunk)


def shard_of(position: int, *, instances_per_shard: int, shards: int) -> int:
    """Which of the shards holds the row at a position."""
    return min(position // instances_per_shard, shards - 1)
