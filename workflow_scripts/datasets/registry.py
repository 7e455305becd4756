"""All datasets: one module each in this folder, found by its constant DATASET; the module's name is the id."""

import functools
import importlib
from pathlib import Path

from workflow_scripts.datasets.base import Dataset, with_id
from workflow_scripts.errors import BadConfig


def dataset_ids() -> list[str]:
    return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if "\nDATASET = " in p.read_text(encoding="utf-8"))


@functools.cache
def load_dataset(dataset_id: str) -> Dataset:
    if dataset_id not in dataset_ids():
        raise BadConfig(f"no dataset {dataset_id!r}; there are {', '.join(dataset_ids())}")
    return with_id(importlib.import_module(f"workflow_scripts.datasets.{dataset_id}").DATASET, dataset_id)
