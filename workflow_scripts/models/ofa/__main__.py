"""`python -m workflow_scripts.models.ofa convert SOURCE FOLDER`: any OFA checkpoint to a folder of ours."""

import argparse
import sys
from pathlib import Path

from workflow_scripts.errors import BadConfig, BadInput
from workflow_scripts.models.ofa.sizes import FILES

PROCESSOR_FILES = ("tokenizer.json", "tokenizer_config.json", "processor_config.json")


def convert(source: str, folder: Path, tokenizer: Path | None = None, **settings: int) -> str:
    """Write the folder and say what is in it. Raises BadInput; leaves a folder of anything else alone.

    tokenizer: a folder with the checkpoint's BPE files; with it, the folder is all that OFAProcessor needs too.
    settings: of OFAProcessor.
    """
    from workflow_scripts.models.ofa.building import save
    from workflow_scripts.models.ofa.checkpoints import load
    from workflow_scripts.models.ofa.processing import OFAProcessor

    known = {*FILES, *PROCESSOR_FILES}
    if folder.is_file():
        raise BadConfig("this is a file, not a folder", file=folder, fix="name a new one")
    if folder.exists() and (strangers := sorted({p.name for p in folder.iterdir()} - known)):
        raise BadConfig(f"the folder holds other things: {', '.join(strangers[:5])}", file=folder, fix="name a new one")
    model = load(source)
    if tokenizer is not None:
        processor = OFAProcessor.from_pretrained(tokenizer, **settings)
        if len(processor.tokenizer) != model.config.vocab_size:
            problem = f"it has {len(processor.tokenizer)} tokens, the checkpoint {model.config.vocab_size}"
            raise BadConfig(problem, file=tokenizer, fix="give the BPE files that the checkpoint was trained with")
        processor.save_pretrained(folder)
    save(model, folder)
    size = sum((folder / name).stat().st_size for name in FILES) / 2**20
    return f"{model.num_parameters() / 1e6:.1f} million parameters, {size:.0f} MiB in {folder}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workflow_scripts.models.ofa", description="OFA checkpoints")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("convert", help="write any OFA checkpoint as a folder that this project reads")
    command.add_argument("source", help="a .pt file, a folder, or owner/name on the hub")
    command.add_argument("folder", type=Path)
    command.add_argument("--tokenizer", type=Path, help="folder with encoder.json, vocab.bpe and dict.txt: kept too")
    command.add_argument("--size", type=int, default=480, help="pixels of the square that pictures become")
    command.add_argument("--max-image-size", type=int, default=512, help="side over which locations are divided")
    given = parser.parse_args()
    sizes = {"size": given.size, "max_image_size": given.max_image_size}
    try:
        print(convert(given.source, given.folder, given.tokenizer, **sizes))
    except BadInput as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
