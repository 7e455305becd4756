"""Make the base model: a released checkpoint, or OFA at a named size with fresh weights."""

from workflow_scripts.errors import BadConfig
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, size: str, seed: int, settings: dict, tokenizer: list[In], base: list[In] = (), out: list[Out]) -> str:
    """Write config.json, generation_config.json and model.safetensors.

    base: the files of a checkpoint to take (a folder's begin with its config.json); size and seed then do not matter.
    settings: fields of models.ofa.configuration.OFAConfig that no weight depends on.
    """
    from huggingface_hub.errors import StrictDataclassError

    from workflow_scripts.models.ofa.building import fresh, save
    from workflow_scripts.models.ofa.checkpoints import load
    from workflow_scripts.tokens.bpe import TextTokenizer

    vocabulary = TextTokenizer(tokenizer[0].parent).vocabulary
    try:
        if base:
            source = base[0].parent if base[0].name == "config.json" else base[0]
            model, name = load(source), source.name
            if model.config.vocab_size != vocabulary.size:
                sizes = f"{model.config.vocab_size}, the tokenizer one of {vocabulary.size}"
                fix = "let tokens.files name a folder with the BPE files that the checkpoint was trained with"
                raise BadConfig(f"the checkpoint has a vocabulary of {sizes}", file=source, fix=fix)
            model.config.update(settings)
            model.config.validate()
        else:
            model, name = fresh(size, seed=seed, vocabulary=vocabulary, **settings), f"{size}, fresh weights"
    except StrictDataclassError as error:
        fix = "choose a vqgan that writes fewer codes: code_image_size is 8 pixels a code along a side"
        raise BadConfig(f"the model does not go with the other settings: {error}", fix=fix) from error
    save(model, out[0].parent)
    return f"{name}, {model.num_parameters() / 1e6:.1f} million parameters"


if __name__ == "__main__":
    run_stage(main)
