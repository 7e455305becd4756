"""Which files a checkpoint consists of. Imports nothing heavy: the Snakefile asks it."""

import json
from pathlib import Path

from workflow_scripts.errors import BadData

WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
ACCEPTED = "a .pt file of the original, a folder of its Hugging Face port or of ours"


def files_of(path: Path) -> list[Path]:
    """The files that `checkpoints.load` reads of a file or folder; a folder's config.json comes first.

    Raises BadData if there is nothing to read.
    """
    if path.is_file():
        return [path]
    if not (path / "config.json").is_file():
        raise BadData("no config.json in it" if path.is_dir() else "no such file or folder", file=path, fix=_fix())
    weights = next((path / name for name in WEIGHTS if (path / name).is_file()), None)
    if weights is None:
        raise BadData(f"no weights in it: none of {', '.join(WEIGHTS)}", file=path, fix=_fix())
    shards = []
    if weights.suffix == ".json":
        index = read_json(weights).get("weight_map")
        if not isinstance(index, dict):
            raise BadData("no weight_map in it", file=weights, fix=_fix())
        shards = [path / name for name in sorted(set(index.values()))]
    return [path / "config.json", weights, *shards]


def read_json(file: Path) -> dict:
    """A JSON object. Raises BadData."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadData(f"not a readable JSON file: {error}", file=file, fix=_fix()) from error
    if not isinstance(values, dict):
        raise BadData("not a JSON object", file=file, fix=_fix())
    return values


def _fix() -> str:
    return f"give {ACCEPTED}"
