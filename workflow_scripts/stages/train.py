"""Tune a model on the shards of one stage's tasks."""

from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, seed: int, settings: dict, threads: int,
    base: list[In], shards: list[In], validation: list[In], manifests: list[In], out: list[Out],
) -> str:  # fmt: skip
    """Train from the base checkpoint; write config.json, generation_config.json, model.safetensors and log.jsonl.

    settings: see training.trainer.Settings.
    """
    from workflow_scripts.training.trainer import Settings, tune

    log = tune(
        base[0].parent,
        shards=shards,
        validation=validation,
        manifests=manifests,
        folder=out[0].parent,
        settings=Settings(**settings, seed=seed, threads=threads),
    )
    return f"{log['steps']} steps, loss {log['loss']:.3f}, {log['examples_per_second']:.0f} examples/s"


if __name__ == "__main__":
    run_stage(main)
