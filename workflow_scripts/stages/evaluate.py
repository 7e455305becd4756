"""Answer every unseen task under each of its instructions with the models of one variant."""

from pathlib import Path

from workflow_scripts.memo import Memo
from workflow_scripts.provenance import stage_digest
from workflow_scripts.schemas import content_digest
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, tasks: list[str], settings: dict, threads: int,
    models: list[In], tokenizer: list[In], shards: list[In], manifests: list[In], out: list[Out],
) -> str:  # fmt: skip
    """Write one table of predictions per run and task.

    models: config.json, generation_config.json and model.safetensors of one run, then those of the next. tasks: in the
    order of `out`, for each run; their shards lie in folders of their names. settings: evaluation.generation.Settings.
    A model is loaded only if the memo lacks a task's predictions: editing one task answers only that anew.
    """
    runs = len(out) // len(tasks)
    step, answered = len(models) // runs, 0
    for number in range(runs):
        model = models[number * step : (number + 1) * step]
        places = out[number * len(tasks) : (number + 1) * len(tasks)]
        answered += _evaluate(tasks, settings, threads, model, tokenizer, shards, manifests, places)
    return f"{answered} tables of predictions made, {len(out) - answered} taken from the memo"


def _evaluate(
    tasks: list[str], settings: dict, threads: int,
    model: list[Path], tokenizer: list[Path], shards: list[Path], manifests: list[Path], out: list[Path],
) -> int:  # fmt: skip
    """The predictions of one model; returns how many tables the memo did not have."""
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
    return len(work)


if __name__ == "__main__":
    run_stage(main, memo=False)  # it asks the memo itself, run by run and task by task
