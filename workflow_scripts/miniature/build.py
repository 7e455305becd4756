"""The miniature world: every dataset's archives under their official names, each written by the module of its name."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType


def writer(dataset: str) -> ModuleType:
    """The module that writes a dataset: its `write(seed, sizes, folder)`, and DEPENDS_ON, names of sizes."""
    return importlib.import_module(f"workflow_scripts.miniature.{dataset}")


def write(dataset: str, seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write the dataset's archives into the folder; sizes: config.miniature, or at least what its DEPENDS_ON names."""
    module = writer(dataset)
    module.write(seed, {name: sizes[name] for name in module.DEPENDS_ON}, folder)
