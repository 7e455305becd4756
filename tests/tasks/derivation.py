"""Running single derive functions."""

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.randomness import Draw


def records(world, dataset: str, split: str = "train") -> list:
    cls = load_dataset(dataset).record
    return list(schemas.records(world.records(dataset, split), cls))


def derived(derive, record, *survey, seed: int = 0, **bins) -> list:
    """All instances of one record. bins: scale, of a task that is in_bins."""
    return list(derive(record, Draw(seed, "task", record.record_id), *survey, **bins))
