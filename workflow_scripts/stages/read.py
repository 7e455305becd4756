"""Parse a dataset's native files once: records by split, bad ones set aside."""

import contextlib
import functools
from collections import defaultdict
from collections.abc import Generator, Iterator
from typing import Any

import pyarrow as pa

from workflow_scripts import schemas
from workflow_scripts.datasets.base import Source, repeated
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.pictures import roots
from workflow_scripts.progress import Progress
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *,
    dataset: str,
    splits: dict,
    check_pictures: str,
    max_bad_share: float,
    options: dict,
    manifests: list[In],
    others: list[In],
    records: list[Out],
    quarantines: list[Out],
) -> str:
    """Write the records of each split, and beside them what could not be used.

    splits: our split -> the dataset's name for it, in the order of `records` and `quarantines`.
    options: what this dataset's reader alone understands. others: <dataset>/<split>.parquet, records of the datasets
    that it looks into.
    """
    declared = load_dataset(dataset)
    schema = schemas.of_records(declared.record)
    source = Source(
        dataset,
        roots(manifests),
        splits,
        check_pictures=check_pictures,
        options=options,
        others={(path.parent.name, path.stem): path for path in others},
    )
    with contextlib.ExitStack() as stack:
        writers = {split: stack.enter_context(schemas.Writer(path, schema)) for split, path in zip(splits, records)}
        progress = stack.enter_context(Progress(f"read {dataset}", unit="records"))
        for split, found in _without_repeated(declared.read(source)):
            if isinstance(found, pa.RecordBatch):
                writers[split].add_batch(found)
                progress.update(found.num_rows)
            else:
                writers[split].add(found)
                progress.update()
        for split in splits:
            source.quarantine[split].check(max_bad_share, dataset, split)
    for split, path in zip(splits, quarantines):
        source.quarantine[split].write(path)
    counts = ((split, writers[split].rows, source.quarantine[split].bad.total()) for split in splits)
    return ", ".join(f"{split}: {good} records, {bad} bad" for split, good, bad in counts)


def _without_repeated(records: Generator) -> Iterator[tuple[str, Any]]:
    """What a reader yields, but for records whose id an earlier one of the split has; batches are the reader's care.

    The reader is told at the very place where it made such a record, so that it is quarantined as any bad one.
    """
    seen: defaultdict[str, set[str]] = defaultdict(set)
    advance = functools.partial(next, records)
    with contextlib.suppress(StopIteration):
        while True:
            split, found = advance()
            advance = functools.partial(next, records)
            if not isinstance(found, pa.RecordBatch):
                if found.record_id in seen[split]:
                    advance = functools.partial(records.throw, repeated(found.record_id))
                    continue
                seen[split].add(found.record_id)
            yield split, found


if __name__ == "__main__":
    run_stage(main)
