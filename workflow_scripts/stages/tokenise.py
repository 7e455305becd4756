"""Spell the examples of one task in the unified vocabulary: shards of token ids."""

import contextlib
from itertools import islice

from workflow_scripts import schemas
from workflow_scripts.memo import Memo
from workflow_scripts.progress import track
from workflow_scripts.stages.entry import In, Out, run_stage
from workflow_scripts.tokens.bpe import TextTokenizer
from workflow_scripts.tokens.code_cache import CodeCache
from workflow_scripts.tokens.shards import shard_of, shard_rows


def main(
    *, max_source: int, max_target: int, instances_per_shard: int, shards: list[int],
    examples: list[In], tokenizer: list[In], vqgan: list[In] = (), manifests: list[In] = (), out: list[Out],
) -> str:  # fmt: skip
    """Write the shards of each of the task's splits: the first instances_per_shard instances to the first, and so on.

    shards: how many each split has, which come one split after the other in `out`.
    vqgan, manifests: only for tasks whose target is a picture.
    """
    pictures = None
    if vqgan:
        from workflow_scripts.tokens.codes import PictureCodes  # needs torch, which text does not

        pictures = PictureCodes(vqgan[0].parent, manifests, CodeCache(Memo.from_environment().folder))
    text, places = TextTokenizer(tokenizer[0].parent), iter(out)
    made = truncated = 0
    for path, count in zip(examples, shards, strict=True):
        rows = shard_rows(
            schemas.read(path, schemas.EXAMPLES),
            text,
            max_source=max_source,
            max_target=max_target,
            codes_of=pictures.of if pictures else lambda _: [],
        )
        with contextlib.ExitStack() as stack:
            files = islice(places, count)
            writers = [stack.enter_context(schemas.Writer(file, schemas.SHARDS)) for file in files]
            for position, row in enumerate(track(rows, "tokenise", unit="instances")):
                truncated += row["truncated"]
                writers[shard_of(position, instances_per_shard=instances_per_shard, shards=count)].add(row)
        made += sum(w.rows for w in writers)
    done = f"{made} instances in {len(out)} shards, {truncated} texts cut"
    return done if pictures is None else f"{done}, {pictures.encoded} pictures encoded, {pictures.known} known before"


if __name__ == "__main__":
    run_stage(main)
