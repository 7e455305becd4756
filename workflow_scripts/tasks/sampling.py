"""From a split's records to a task's instances: sampled uniformly over the dataset, capped per picture.

Records are taken in the order of a hash of (seed, task, record id) until enough instances are made, so the sample
depends neither on the order of the file nor on what else it holds.
"""

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyarrow.compute as pc

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.randomness import Draw, keyed_numbers
from workflow_scripts.tasks.base import From, Instance, Task

T = TypeVar("T")
SPARE = 1.25  # times as many records are read at once as are needed if each gives what those before gave
LARGEST = 50_000  # records held at once, however few of them give an instance


def instances(
    task: Task, records: Mapping[str, Path], *, seed: int, max_instances: int, max_per_picture: int, scale: float = 1.0
) -> Iterator[Instance]:
    """The task's instances of one split, at most max_instances, at most max_per_picture of one picture.

    Unseen tasks are evaluated on the whole split if max_instances allows: what is above the cap comes last there.
    records: dataset -> its records of the split; of several datasets instances are taken in turn, as long as they last.
    scale: see regions.to_bins. Ids get the task's before them, and so differ from those of all other tasks.
    """
    made = set()
    streams = [
        _of_one(task, source, records[source.dataset], seed, max_instances, max_per_picture, scale)
        for source in task.sources
    ]
    for record_id, instance in islice(_in_turn(streams), max_instances):
        if instance.instance_id in made:
            fix = "ids of records and of what they hold must differ: look for a repeated one in the raw files"
            problem = f"two instances of {task.id} have the id {instance.instance_id}"
            raise BadData(problem, file=records[task.dataset], record=record_id, fix=fix)
        made.add(instance.instance_id)
        yield dataclasses.replace(instance, instance_id=f"{task.id}/{instance.instance_id}")


def _in_turn(streams: list[Iterator[T]]) -> Iterator[T]:
    """The first of each stream, then the second of each; those that end are left out."""
    while streams:
        for stream in list(streams):
            try:
                yield next(stream)
            except StopIteration:
                streams.remove(stream)


def _of_one(
    task: Task, source: From, path: Path, seed: int, max_instances: int, max_per_picture: int, scale: float
) -> Iterator[tuple[str, Instance]]:
    """(record id, instance) of one dataset's records."""
    record = load_dataset(source.dataset).record
    ids = _record_ids(source, path, record)
    order = sorted(ids, key=keyed_numbers(seed, task.id, "sample"))
    survey = () if source.survey is None else (source.survey(_surveyed(source, order, path, record)),)
    bins = {"scale": scale} if task.in_bins else {}
    made, of_picture = 0, Counter()
    above = []
    start, size = 0, min(math.ceil(SPARE * max_instances / len(task.sources)) + 50, LARGEST)
    while start < len(order):
        for found in schemas.records_in_order(path, record, order[start : start + size]):
            record_id = found.record_id
            for instance in source.derive(found, Draw(seed, task.id, record_id), *survey, **bins):
                if instance.image is not None and of_picture[instance.image] == max_per_picture:
                    if task.role != "eval":
                        break
                    above.append((record_id, instance))
                    continue
                of_picture[instance.image] += 1
                made += 1
                yield record_id, instance
        start += size
        size = math.ceil(SPARE * max(max_instances - made, 1) * start / made) if made else 2 * size
        size = min(size, LARGEST)
    yield from above


def _record_ids(source: From, records: Path, record: type) -> list[str]:
    file = schemas.open_table(records, schemas.of_records(record))
    if source.where is None:
        return file.read(["record_id"]).column(0).to_pylist()
    column, value = source.where
    table = file.read(["record_id", column])
    return table.filter(pc.equal(table.column(column), value)).column("record_id").to_pylist()


def _surveyed(source: From, order: list[str], records: Path, record: type) -> Iterator:
    if source.survey_sample is not None:
        return schemas.records_in_order(records, record, order[: source.survey_sample])
    if source.where is None:
        return schemas.records(records, record)
    column, value = source.where
    return schemas.records(records, record, keep=lambda batch: pc.equal(batch.column(column), value))
