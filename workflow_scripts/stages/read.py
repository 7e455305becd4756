"""Parse a dataset's native files once: records by split, bad ones set aside."""

import contextlib
import json

from workflow_scripts import schemas
from workflow_scripts.datasets.base import Source
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.files import write_text
from workflow_scripts.pictures import roots
from workflow_scripts.progress import track
from workflow_scripts.stages.entry import In, Out, run_stage


def main(
    *,
    dataset: str,
    splits: dict,
    check_pictures: str,
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
    source = Source(dataset, roots(manifests), splits, check_pictures=check_pictures)
    with contextlib.ExitStack() as stack:
        writers = {split: stack.enter_context(schemas.Writer(path, schema)) for split, path in zip(splits, records)}
        for split, record in track(declared.read(source), f"read {dataset}", unit="records"):
            writers[split].add(schemas.as_row(record))
        for split in splits:
            source.quarantine[split].check(max_bad_share, dataset, split)
    for split, path in zip(splits, quarantines):
        bad = source.quarantine[split].bad
        write_text(path, "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in bad))
    return ", ".join(
        f"{split}: {writers[split].rows} records, {len(source.quarantine[split].bad)} bad" for split in splits
    )


if __name__ == "__main__":
    run_stage(main)
