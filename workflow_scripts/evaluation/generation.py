"""A model's answers to unseen tasks, every instance under every instruction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from workflow_scripts import schemas
from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.batches import Pictures, source_ids
from workflow_scripts.models.ofa.beam_search import Search, search
from workflow_scripts.models.ofa.checkpoints import load
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.pictures import roots
from workflow_scripts.progress import track
from workflow_scripts.tokens.bpe import TextTokenizer


@dataclass(frozen=True)
class Settings:
    """How to generate; the config's section `evaluation`, where each value is explained."""

    beams: int
    max_length: int
    no_repeat_ngram: int
    batch_size: int
    image_size: int


def predict(
    model: Path,
    tokenizer: Path,
    work: Mapping[str, tuple[Sequence[Path], Path]],
    manifests: Sequence[Path],
    settings: Settings,
    threads: int,
) -> Iterator[str]:
    """Write the predictions of each task; yields a task's id when its table is there.

    model, tokenizer: folders. work: task -> its shards and where its predictions go.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    loaded, text = load(model), TextTokenizer(tokenizer)
    pictures = Pictures(roots(manifests), settings.image_size)
    for task, (shards, path) in work.items():
        rows = [row for shard in shards for row in schemas.read(shard, schemas.SHARDS)]
        outputs = _outputs(task, rows, loaded, text, pictures, settings)
        schemas.write(_predictions(task, rows, outputs), schemas.PREDICTIONS, path)
        yield task


def _outputs(
    task: str, rows: Sequence[Mapping], model: OFAForConditionalGeneration, text: TextTokenizer,
    pictures: Pictures, settings: Settings,
) -> list[list[str]]:  # fmt: skip
    """What the model writes for each row under each of its instructions; rows of like length share a batch."""
    order = sorted(range(len(rows)), key=lambda i: (max(map(len, rows[i]["sources"])), rows[i]["instance_id"]))
    size = max(settings.batch_size // max((len(row["sources"]) for row in rows), default=1), 1)
    found: list[list[str]] = [[] for _ in rows]
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    for batch in track(batches, f"evaluate {task}", unit="batches", total=len(batches)):
        chosen = [rows[i] for i in batch]
        written = iter(_generate(model, chosen, pictures, settings))
        for i in batch:
            found[i] = [text.decode(next(written)) for _ in rows[i]["sources"]]
    return found


@torch.no_grad()
def _generate(
    model: OFAForConditionalGeneration, rows: Sequence[Mapping], pictures: Pictures, settings: Settings
) -> list[list[int]]:
    """Token ids for every source of every row, in order. Each picture goes through the image encoder once."""
    images = pictures.batch(rows)
    inputs = {"input_ids": source_ids([source for row in rows for source in row["sources"]])}
    inputs["attention_mask"] = inputs["input_ids"].ne(model.config.pad_token_id)
    if images:
        owner = torch.tensor([i for i, row in enumerate(rows) for _ in row["sources"]])  # row of each source
        inputs["image_features"] = model.get_image_features(images["pixel_values"])[owner]
        inputs["patch_masks"] = images["patch_masks"][owner]
    how = Search(
        beams=settings.beams, max_len_b=settings.max_length - 2, no_repeat_ngram=settings.no_repeat_ngram
    )  # fmt: skip
    return [hypotheses[0].tokens for hypotheses in search(model, how, **inputs)]


def _predictions(task: str, rows: Sequence[Mapping], outputs: Sequence[Sequence[str]]) -> Iterator[dict]:
    for row, several in zip(rows, outputs):
        for instruction, output in enumerate(several):
            yield {
                "task": task,
                "subtask": row["subtask"],
                "instance_id": row["instance_id"],
                "instruction": instruction,
                "mode": "free",
                "output": output,
                "target": row["target_text"],
                "references": row["references"],
                "options": row["options"],
            }
