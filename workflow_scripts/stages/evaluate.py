"""Answer every unseen task under each of its instructions with one model."""

from pathlib import Path

from workflow_scripts.memo import Memo
from workflow_scripts.provenance import stage_digest
from workflow_scripts.schemas import content_digest
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, tasks: list[str], settings: dict, threads: int,
    model: list[In], tokenizer: list[In], shards: list[In], manifests: list[In], out: list[Out],
) -> str:  # fmt: skip
    """Write one table of predictions per task.

    tasks: in the order of `out`; their shards lie in folders of their names. settings: evaluation.generation.Settings.
    The model is loaded once, and only if the memo lacks a task's predictions: editing one task answers only that anew.
    """
    memo, keys = Memo.from_environment(), {}
    shared = {
        "model": [content_digest(path) for path in model],
        "tokenizer": [content_digest(path) for path in tokenizer],
        "manifests": [content_digest(path) for path in manifests],
    }
    code = stage_digest("evaluate")
    work: dict[str, tuple[list[Path], Path]] = {}
    for task, path in zip(tasks, out):
        parts = sorted(p for p in shards if p.parent.name == task)
        inputs = shared | {"shards": [content_digest(p) for p in parts]}
        keys[task] = memo.key("evaluate", code, {"task": task, "threads": threads, **settings}, inputs)
        if not memo.fetch(keys[task], [path]):
            work[task] = (parts, path)
    if work:
        from workflow_scripts.evaluation.generation import Settings, predict

        for task in predict(model[0].parent, tokenizer[0].parent, work, manifests, Settings(**settings), threads):
            memo.store(keys[task], [work[task][1]])
    return f"{len(work)} tasks answered, {len(tasks) - len(work)} taken from the memo"


if __name__ == "__main__":
    run_stage(main, memo=False)  # it asks the memo itself, task by task
