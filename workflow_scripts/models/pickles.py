"""Files that torch.save wrote, opened without running what is in them."""

import re
from collections.abc import Sequence
from pathlib import Path

import torch

from workflow_scripts.errors import BadData


def load_pickled(file: Path, *, fix: str, classes: Sequence[type | tuple[type, str]] = ()) -> object:
    """The content on the CPU: tensors, plain values and containers, objects of these classes. Raises BadData.

    classes: a class, or one of ours and the name in the file that it stands for.
    """
    try:
        with torch.serialization.safe_globals(list(classes)):
            return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # of any kind: a damaged pickle ends in KeyError, IndexError, struct.error and others
        raise BadData(f"not a checkpoint that loads safely: {_reason(error)}", file=file, fix=fix) from error


def _reason(error: Exception) -> str:
    """What torch found, without its advice to load the file unsafely."""
    text = str(error)
    if named := re.search(r"GLOBAL (\S+)", text):
        return f"it names {named[1]}, which a checkpoint has no need of"
    lines = (line.strip() for line in text.splitlines())
    told = next((line for line in lines if line and not line.startswith("Weights only load failed")), "")
    return f"{type(error).__name__} {told}".strip()
