"""Tune a variant on the shards of its stage's tasks, once with each seed."""

import shutil
from pathlib import Path

from workflow_scripts.errors import BadData
from workflow_scripts.memo import Memo
from workflow_scripts.provenance import stage_digest
from workflow_scripts.schemas import content_digest
from workflow_scripts.stages.entry import In, Out, Place, run_stage
from workflow_scripts.training import processes

NO_EFFECT = ("workers", "save_every", "keep_checkpoints")  # settings that leave the result as it is


def main(
    *, seeds: list[int], settings: dict, threads: int,
    base: list[In], shards: list[In], validation: list[In], manifests: list[In], checkpoints: Place,
    curves: Place | None = None, out: list[Out],
) -> str:  # fmt: skip
    """Train from the base checkpoint; write config.json, generation_config.json, model.safetensors and log.jsonl.

    base: one model's files for all seeds, or those of one model for each seed, in the order of the seeds. out: the
    files of the first seed, config.json first and an adapter's last, then those of the second, and so on.
    checkpoints: a folder, gone when all is done. curves: one for TensorBoard. settings: see training.trainer.Settings.
    Each seed is looked up in the memo by itself: another seed changes nothing for these.
    """
    starts = dict(zip(seeds, _one_each(base, len(seeds))))
    files = len(out) // len(seeds)
    places = {seed: list(out[at * files : (at + 1) * files]) for at, seed in enumerate(seeds)}
    memo, keys, todo = Memo.from_environment(), {}, []
    if processes.rank() == 0:
        data = {"shards": shards, "validation": validation, "manifests": manifests}
        if absent := [path for paths in (base, *data.values()) for path in paths if not path.is_file()]:
            raise BadData("no such file", file=absent[0], fix="run the stage that makes it")
        inputs = {name: [f"{path} {content_digest(path)}" for path in paths] for name, paths in data.items()}
        chosen = {name: value for name, value in settings.items() if name not in NO_EFFECT}
        shared = {"settings": chosen, "threads": threads, "processes": processes.count()}
        for seed, start in starts.items():
            of_base = {"base": [content_digest(path) for path in start]}
            keys[seed] = memo.key("train", stage_digest("train"), {"seed": seed, **shared}, inputs | of_base)
        todo = [seed for seed in seeds if not memo.fetch(keys[seed], places[seed])]
    keys, todo = processes.agreed((keys, todo))
    said = [f"seed {seed} taken from the memo" for seed in seeds if seed not in todo]
    if todo:
        from workflow_scripts.training.checkpoints import Checkpoints
        from workflow_scripts.training.trainer import Settings, TrainingData, tune

        bases = [starts[seed][0].parent for seed in todo]
        unpacked = TrainingData.unpacked(shards, validation, manifests, bases, checkpoints / "data", settings)
        for seed, start in zip(todo, bases):
            log = tune(
                start,
                data=unpacked,
                checkpoints=Checkpoints(checkpoints / f"seed-{seed}", keys[seed], keep=settings["keep_checkpoints"]),
                folder=places[seed][0].parent,
                curves=curves and curves / f"seed-{seed}",
                settings=Settings(**settings, seed=seed, threads=threads),
            )
            if processes.rank() == 0:
                memo.store(keys[seed], places[seed])
                speed = f"{log['examples_per_second']:.0f} examples/s"
                said.append(f"seed {seed}: {log['steps']} steps, loss {log['loss']:.3f}, {speed}")
        processes.wait()
        if processes.rank() == 0:
            shutil.rmtree(checkpoints)  # only now: a seed that is done must not start anew when the next one is killed
    return "; ".join(said) if processes.rank() == 0 else f"process {processes.rank()}"


def _one_each(base: list[Path], seeds: int) -> list[list[Path]]:
    """The files of the model that each seed starts from; a model's begin with config.json."""
    starts = [at for at, path in enumerate(base) if path.name == "config.json"]
    models = [base[at:end] for at, end in zip(starts, [*starts[1:], len(base)])]
    return models * seeds if len(models) == 1 else models


if __name__ == "__main__":
    run_stage(main, memo=False)  # it asks the memo itself, seed by seed
