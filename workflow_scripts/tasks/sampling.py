"""From a split's records to a task's instances: sampled uniformly over the dataset, capped per picture.

Records are taken in the order of a hash of (seed, task, record id) until enough instances are made, so the sample
depends neither on the order of the file nor on what else it holds.
"""

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from workflow_scripts import schemas
from workflow_scripts.datasets.base import Dataset
from workflow_scripts.errors import BadData
from workflow_scripts.randomness import Draw, keyed_number
from workflow_scripts.tasks.base import Instance, Task

SPARE = 1.25  # times as many records are read at once as are needed if each gives what those before gave


def instances(
    task: Task, dataset: Dataset, records: Path, *, seed: int, max_instances: int, max_per_picture: int
) -> Iterator[Instance]:
    """The task's instances of one split, at most max_instances, at most max_per_picture of one picture."""
    record = dataset.record
    ids = _record_ids(task, records, record)
    order = sorted(ids, key=lambda record_id: keyed_number(seed, task.id, "sample", record_id))
    survey = () if task.survey is None else (task.survey(_all(task, records, record)),)
    made, of_picture = set(), Counter()
    start, size = 0, math.ceil(SPARE * max_instances) + 50
    while start < len(order) and len(made) < max_instances:
        chosen = order[start : start + size]
        found = {r.record_id: r for r in _some(chosen, records, record)}
        for record_id in chosen:
            for instance in task.derive(found[record_id], Draw(seed, task.id, record_id), *survey):
                if len(made) == max_instances:
                    return
                if instance.image is not None and of_picture[instance.image] == max_per_picture:
                    break
                if instance.instance_id in made:
                    fix = "ids of records and of what they hold must differ: look for a repeated one in the raw files"
                    problem = f"two instances of {task.id} have the id {instance.instance_id}"
                    raise BadData(problem, file=records, record=record_id, fix=fix)
                of_picture[instance.image] += 1
                made.add(instance.instance_id)
                yield instance
        start += size
        size = math.ceil(SPARE * (max_instances - len(made)) * start / len(made)) if made else 2 * size


def _record_ids(task: Task, records: Path, record: type) -> list[str]:
    file = schemas.open_table(records, schemas.of_records(record))
    if task.where is None:
        return file.read(["record_id"]).column(0).to_pylist()
    column, value = task.where
    table = file.read(["record_id", column])
    return table.filter(pc.equal(table.column(column), value)).column("record_id").to_pylist()


def _some(chosen: list[str], records: Path, record: type) -> Iterator:
    wanted = pa.array(chosen)
    return schemas.records(records, record, keep=lambda batch: pc.is_in(batch.column("record_id"), value_set=wanted))


def _all(task: Task, records: Path, record: type) -> Iterator:
    if task.where is None:
        return schemas.records(records, record)
    column, value = task.where
    return schemas.records(records, record, keep=lambda batch: pc.equal(batch.column(column), value))
