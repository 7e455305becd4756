"""Answer every unseen task under each of its instructions with the models of one variant."""

import shutil
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from workflow_scripts.memo import Memo
from workflow_scripts.provenance import stage_digest
from workflow_scripts.schemas import content_digest
from workflow_scripts.stages.entry import In, Out, run_stage


class Table(NamedTuple):
    """One run's predictions on one task."""

    model: Path  # folder
    task: str
    shards: Sequence[Path]
    path: Path
    key: str  # of the memo

    @property
    def parts(self) -> Path:
        """A folder for what is done of it."""
        return self.path.parent / f".{self.path.stem}.{self.key[:16]}.parts"


def main(
    *, tasks: list[str], settings: dict, threads: int,
    models: list[In], tokenizer: list[In], shards: list[In], manifests: list[In], out: list[Out],
) -> str:  # fmt: skip
    """Write one table of predictions per run and task.

    models: the files of one run's model, then those of the next. tasks: in the order of `out`, for each run; their
    shards lie in folders of their names. settings: evaluation.generation.Settings. A model is loaded only if the memo
    lacks a task's predictions: editing one task answers only that anew. What was killed goes on where it stopped: at a
    task and, within a large one, at a group of instances.
    """
    memo = Memo.from_environment()
    tables = _tables(tasks, settings | {"threads": threads}, models, tokenizer, shards, manifests, out)
    missing = [table for table in tables if not memo.fetch(table.key, [table.path])]
    if missing:
        _answer(missing, settings, threads, tokenizer, manifests, memo)
    return f"{len(missing)} tables of predictions made, {len(out) - len(missing)} taken from the memo"


def _tables(
    tasks: list[str], settings: dict,
    models: list[Path], tokenizer: list[Path], shards: list[Path], manifests: list[Path], out: list[Path],
) -> list[Table]:  # fmt: skip
    code = stage_digest("evaluate")
    parts = {task: sorted(path for path in shards if path.parent.name == task) for task in tasks}
    digests = {path: content_digest(path) for path in {*models, *tokenizer, *shards, *manifests}}
    files = len(models) * len(tasks) // len(out)  # of one model
    tables = []
    for number, path in enumerate(out):
        run, task = number // len(tasks), tasks[number % len(tasks)]
        model = models[run * files : (run + 1) * files]
        used = {"model": model, "tokenizer": tokenizer, "manifests": manifests, "shards": parts[task]}
        inputs = {name: [digests[p] for p in paths] for name, paths in used.items()}
        key = Memo.key("evaluate", code, {"task": task, **settings}, inputs)
        tables.append(Table(model[0].parent, task, parts[task], path, key))
    return tables


def _answer(
    missing: list[Table], settings: dict, threads: int, tokenizer: list[Path], manifests: list[Path], memo: Memo
) -> None:
    import torch

    from workflow_scripts.evaluation.generation import Answerer, Settings
    from workflow_scripts.memory import keep_freed_memory
    from workflow_scripts.models.batches import Pictures
    from workflow_scripts.models.ofa.checkpoints import load
    from workflow_scripts.pictures import roots
    from workflow_scripts.tokens.bpe import TextTokenizer

    torch.set_num_threads(threads)
    keep_freed_memory()
    how = Settings(**settings)
    text, pictures = TextTokenizer(tokenizer[0].parent), Pictures(roots(manifests), how.image_size)  # of all runs
    for model, tables in groupby(missing, key=lambda table: table.model):
        answerer = Answerer(load(model), text, pictures, how)
        for table in tables:
            answerer.predict(table.task, table.shards, table.path, table.parts)
            memo.store(table.key, [table.path])
            for old in table.path.parent.glob(f".{table.path.stem}.*.parts"):  # of other models and settings
                shutil.rmtree(old)


if __name__ == "__main__":
    run_stage(main, memo=False)  # it asks the memo itself, run by run and task by task
