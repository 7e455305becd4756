"""Make the VQ-GAN that turns pictures into codes: take the released one, or train a small one."""

from workflow_scripts import schemas
from workflow_scripts.pictures import locate, roots
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, seed: int, model: dict, steps: int, batch_size: int, learning_rate: float, threads: int,
    released: list[In] = (), records: list[In] = (), manifests: list[In] = (), out: list[Out],
) -> str:  # fmt: skip
    """Write config.json and model.safetensors: of the released files, or trained on the pictures of the records.

    released: checkpoint and YAML, or the two files of one of ours. model: fields of models.vqgan.VQGANConfig, for
    training.
    """
    from workflow_scripts.models.vqgan import VQGAN, VQGANConfig

    if released:
        ours = released[0].name == "config.json"
        taken = VQGAN.load(released[0].parent) if ours else VQGAN.load_lightning(*released)
        taken.save(out[0].parent)
        return f"{taken.config.codes} codes of {taken.config.factor} pixels a side, as released"

    from workflow_scripts.training import vqgan

    folders = roots(manifests)
    names = {image for path in records for image in schemas.column(path, "image")}
    trained, log = vqgan.train(
        [locate(name, folders) for name in sorted(names)],
        VQGANConfig(**model),
        seed=seed,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        threads=threads,
    )
    trained.save(out[0].parent)
    return f"loss {log[-1]['loss']:.3f} after {steps} steps on {len(names)} pictures"


if __name__ == "__main__":
    run_stage(main)
