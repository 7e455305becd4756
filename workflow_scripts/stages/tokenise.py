"""Spell the examples of one task in the unified vocabulary: shards of token ids."""

import contextlib

from workflow_scripts import schemas
from workflow_scripts.progress import track
from workflow_scripts.stages.entry import In, Out, run_stage
from workflow_scripts.tokens.bpe import TextTokenizer
from workflow_scripts.tokens.shards import shard_of, shard_rows


def main(
    *, max_source: int, max_target: int, instances_per_shard: int,
    examples: In, tokenizer: list[In], vqgan: list[In] = (), manifests: list[In] = (), out: list[Out],
) -> str:  # fmt: skip
    """Write the task's shards: the first instances_per_shard instances go to the first, and so on.

    vqgan, manifests: only for tasks whose target is a picture.
    """

    def codes_of(example: dict) -> list[int]:
        from workflow_scripts.tokens.codes import picture_codes  # needs torch, which text does not

        return picture_codes(example, vqgan[0].parent, tuple(manifests))

    rows = shard_rows(
        schemas.read(examples, schemas.EXAMPLES),
        TextTokenizer(tokenizer[0].parent),
        max_source=max_source,
        max_target=max_target,
        codes_of=codes_of,
    )
    truncated = 0
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(schemas.Writer(path, schemas.SHARDS)) for path in out]
        for position, row in enumerate(track(rows, "tokenise", unit="instances")):
            truncated += row["truncated"]
            writers[shard_of(position, instances_per_shard=instances_per_shard, shards=len(out))].add(row)
    return f"{sum(w.rows for w in writers)} instances in {len(out)} shards, {truncated} texts cut"


if __name__ == "__main__":
    run_stage(main)
