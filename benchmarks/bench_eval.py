"""Speed of evaluation: `make bench-eval`, after `make report`.

Ours, as the workflow evaluates: the unseen multimodal tasks under all of their instructions, each picture through the
image encoder once, examples of one length in a batch, OFA's own beam search. Beside it, the plain way: one call of
transformers' generate for every instruction and batch of instances, in the order of the shards, with pictures encoded
each time. Same model, beams, longest answer, batch size and threads. Both are run in turn, on the same instances; what
is compared is the median of ratios of CPU seconds, which a busy machine changes least.

Then ROUGE-L of 100,000 outputs, all different.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "20000")

import torch

from workflow_scripts import schemas
from workflow_scripts.evaluation.generation import Answerer, Settings
from workflow_scripts.evaluation.metrics import Judged, rouge_l
from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.batches import Pictures, source_ids
from workflow_scripts.models.ofa.checkpoints import load
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.pictures import roots
from workflow_scripts.tokens.bpe import TextTokenizer

SETTINGS = Settings(beams=5, max_length=24, no_repeat_ngram=3, batch_size=80, image_size=128)  # the default's


def tasks_of(results: Path, instances: int) -> dict[str, list[dict]]:
    """The first rows of the shards of every unseen task with pictures."""
    found = {}
    for shard in sorted((results / "shards").glob("*/test-00000-*.parquet")):
        rows = list(schemas.read(shard, schemas.SHARDS))[:instances]
        if any(row["image"] for row in rows):
            found[shard.parent.name] = rows
    return found


@torch.no_grad()
def plainly(
    model: OFAForConditionalGeneration, text: TextTokenizer, pictures: Pictures, rows: Sequence[Mapping]
) -> Iterator[str]:  # fmt: skip
    """Answers of generate, instruction by instruction."""
    for instruction in range(len(rows[0]["sources"])):
        for at in range(0, len(rows), SETTINGS.batch_size):
            batch = rows[at : at + SETTINGS.batch_size]
            ids = source_ids([row["sources"][instruction] for row in batch])
            written = model.generate(
                input_ids=ids, attention_mask=ids.ne(model.config.pad_token_id), **pictures.batch(batch),
                num_beams=SETTINGS.beams, max_new_tokens=SETTINGS.max_length - 1, do_sample=False,
                no_repeat_ngram_size=SETTINGS.no_repeat_ngram,
            )  # fmt: skip
            yield from (text.decode(tokens) for tokens in written.tolist())


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of all threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


def bench_generation(results: Path, model: str, instances: int, repeats: int) -> None:
    tasks = tasks_of(results, instances)
    if not tasks:
        raise SystemExit(f"no unseen task has shards in {results}: run `make report` first")
    loaded, text = load(results / "models" / model).eval(), TextTokenizer(results / "tokenizer")
    places = roots((results / "raw").glob("*/manifest.json"))
    pictures = Pictures(places, SETTINGS.image_size)
    answerer = Answerer(loaded, text, pictures, SETTINGS)
    ours = lambda: [answerer.outputs(rows) for rows in tasks.values()]  # noqa: E731
    plain = lambda: [list(plainly(loaded, text, pictures, rows)) for rows in tasks.values()]  # noqa: E731
    ours()  # reads the pictures, for both
    pairs = [(seconds(ours), seconds(plain)) for _ in range(repeats)]
    examples = sum(len(row["sources"]) for rows in tasks.values() for row in rows)
    mine, theirs = (statistics.median(side) for side in zip(*pairs))
    print(f"{model}: {len(tasks)} tasks, {examples} examples, {torch.get_num_threads()} threads, {repeats} pairs")
    print(f"  ours   {mine:7.1f} CPU-s  {examples / mine:6.0f} examples a CPU second")
    print(f"  plain  {theirs:7.1f} CPU-s  {examples / theirs:6.0f}")
    print(f"  ours is {statistics.median(b / a for a, b in pairs):.1f} times as fast")


def bench_rouge(count: int = 100_000) -> None:
    draw = random.Random(0)
    words = [f"word{i}{draw.choice(('ing', 'ed', 's', ''))}" for i in range(3000)]
    said = []
    for _ in range(count):
        reference = draw.choices(words, k=draw.randint(1, 15))
        output = [word if draw.random() < 0.7 else draw.choice(words) for word in reference]
        said.append(Judged(None, " ".join(output), [" ".join(reference)], []))
    print(f"ROUGE-L of {count} outputs: {seconds(lambda: [rouge_l(s) for s in said]):.1f} CPU-s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--model", default="ofa_multiinstruct/seed-0", help="a run, below results/models")
    parser.add_argument("--instances", type=int, default=48, help="of each task")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    keep_freed_memory()
    bench_generation(given.results, given.model, given.instances, given.repeats)
    bench_rouge()


if __name__ == "__main__":
    main()
