"""Tune a variant on the shards of its stage's tasks, once with each seed."""

from pathlib import Path

from workflow_scripts.memo import Memo
from workflow_scripts.provenance import stage_digest
from workflow_scripts.schemas import content_digest
from workflow_scripts.stages.entry import In, Out, Place, run_stage


def main(
    *, seeds: list[int], settings: dict, threads: int,
    base: list[In], shards: list[In], validation: list[In], manifests: list[In], checkpoints: Place, out: list[Out],
) -> str:  # fmt: skip
    """Train from the base checkpoint; write config.json, generation_config.json, model.safetensors and log.jsonl.

    base: one model's files for all seeds, or those of one model for each seed, in the order of the seeds. out: the four
    files of the first seed, then those of the second, and so on. checkpoints: a folder. settings: see
    training.trainer.Settings. Each seed is looked up in the memo by itself: another seed changes nothing for these.
    """
    memo, code = Memo.from_environment(), stage_digest("train")
    data = {"shards": shards, "validation": validation, "manifests": manifests}
    inputs = {name: [f"{path} {content_digest(path)}" for path in paths] for name, paths in data.items()}
    files, said = len(out) // len(seeds), []
    bases = _one_each(base, len(seeds))
    for number, seed in enumerate(seeds):
        start, places = bases[number], out[number * files : (number + 1) * files]
        values = {"seed": seed, "settings": settings, "threads": threads}
        key = memo.key("train", code, values, inputs | {"base": [content_digest(path) for path in start]})
        if memo.fetch(key, places):
            said.append(f"seed {seed} taken from the memo")
            continue
        from workflow_scripts.training.trainer import Settings, tune

        log = tune(
            start[0].parent,
            shards=shards,
            validation=validation,
            manifests=manifests,
            folder=places[0].parent,
            settings=Settings(**settings, seed=seed, threads=threads),
        )
        memo.store(key, places)
        speed = f"{log['examples_per_second']:.0f} examples/s"
        said.append(f"seed {seed}: {log['steps']} steps, loss {log['loss']:.3f}, {speed}")
    return "; ".join(said)


def _one_each(base: list[Path], seeds: int) -> list[list[Path]]:
    """The files of the model that each seed starts from; a model's begin with config.json."""
    starts = [at for at, path in enumerate(base) if path.name == "config.json"]
    models = [base[at:end] for at, end in zip(starts, [*starts[1:], len(base)])]
    return models * seeds if len(models) == 1 else models


if __name__ == "__main__":
    run_stage(main, memo=False)  # it asks the memo itself, seed by seed
