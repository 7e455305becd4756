"""Make the base model: OFA at a named size, with fresh weights."""

from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, size: str, seed: int, settings: dict, tokenizer: list[In], out: list[Out]) -> str:
    """Write config.json, generation_config.json and model.safetensors.

    settings: fields of models.ofa.configuration.OFAConfig that differ from the size's.
    """
    from workflow_scripts.models.ofa.building import fresh, save
    from workflow_scripts.tokens.bpe import TextTokenizer

    vocabulary = TextTokenizer(tokenizer[0].parent).vocabulary
    model = fresh(size, seed=seed, vocabulary=vocabulary, **settings)
    save(model, out[0].parent)
    return f"{size}, {model.num_parameters() / 1e6:.1f} million parameters"


if __name__ == "__main__":
    run_stage(main)
