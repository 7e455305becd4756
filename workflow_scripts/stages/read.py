"""Parse a dataset's native files once: records by split, bad ones set aside."""

import contextlib
import json
import traceback
from collections.abc import Iterator

from workflow_scripts import schemas
from workflow_scripts.datasets.base import Dataset, Quarantine, Source
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.pictures import roots
from workflow_scripts.progress import track
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *,
    dataset: str,
    splits: dict,
    decode_pictures: int,
    max_bad_share: float,
    manifests: list[In],
    records: list[Out],
    quarantines: list[Out],
) -> str:
    """Write the records of each split, and beside them what could not be used.

    splits: our split -> the dataset's name for it, in the order of `records` and `quarantines`.
    """
    declared = load_dataset(dataset)
    schema = schemas.of_records(declared.record)
    source = Source(dataset, roots(manifests), splits, decode_pictures=bool(decode_pictures))
    with contextlib.ExitStack() as stack:
        writers = {split: stack.enter_context(schemas.Writer(path, schema)) for split, path in zip(splits, records)}
        for split, record in track(_records(declared, source), f"read {dataset}", unit="records"):
            writers[split].add(schemas.as_row(record))
        for split in splits:
            source.quarantine.setdefault(split, Quarantine()).check(max_bad_share, dataset, split)
    for split, path in zip(splits, quarantines):
        bad = source.quarantine[split].bad
        write_text(path, "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in bad))
    return ", ".join(
        f"{split}: {writers[split].rows} records, {len(source.quarantine[split].bad)} bad" for split in splits
    )


def _records(declared: Dataset, source: Source) -> Iterator:
    """What the dataset's reader gives. A field that a whole file lacks, not a single record, is bad data too."""
    try:
        yield from declared.read(source)
    except (KeyError, TypeError, AttributeError) as error:
        line = traceback.extract_tb(error.__traceback__)[-1]
        raise BadData(
            f"a file is not of the shape that the reader expects ({error!r} where it says: {line.line})",
            file=source.root,
            fix="another release? compare with the dataset's description in " + line.filename,
        ) from error


if __name__ == "__main__":
    run_stage(main)
