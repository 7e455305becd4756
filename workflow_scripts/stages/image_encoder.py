"""Train a model's image encoder on what the patches of the pre-training's pictures show."""

from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *, seed: int, pictures: int, settings: dict, image_size: int, threads: int,
    base: list[In], manifest: list[In], out: list[Out],
) -> str:  # fmt: skip
    """Write the model `base` with a trained image encoder: config.json, generation_config.json, model.safetensors.

    pictures: how many lie beside the manifest. settings: steps, batch_size and learning_rate.
    """
    from workflow_scripts.models.batches import Pictures
    from workflow_scripts.models.ofa.building import save
    from workflow_scripts.models.ofa.checkpoints import load
    from workflow_scripts.pictures import roots
    from workflow_scripts.training import patches
    from workflow_scripts.training.pretraining import UNIVERSE, picture_path, scene_of

    model = load(base[0].parent)
    scenes = {f"{UNIVERSE}/{picture_path(i)}": shown for i in range(pictures) if (shown := scene_of(seed, i))}
    seen = Pictures(roots(manifest), image_size)
    right = patches.train(model.encoder.embed_images, scenes, seen, seed=seed, threads=threads, **settings)
    save(model, out[0].parent)
    return "right of what was held out: " + ", ".join(f"{share:.0%} {what}" for what, share in right.items())


if __name__ == "__main__":
    run_stage(main, memo=False)  # as the pictures that it reads
