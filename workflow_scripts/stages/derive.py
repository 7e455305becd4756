"""Turn records into the instances of one task."""

import gc

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.progress import track
from workflow_scripts.stages.entry import In, Out, run_stage
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.sampling import instances


def main(
    *, task: str, seed: int, max_instances: list[int], max_per_picture: int, scale: float,
    records: list[In], out: list[Out],
) -> str:  # fmt: skip
    """Write the task's instances of each of its splits: a uniform sample of what the records give.

    max_instances: of each split. records: of each split those of all the task's datasets.
    """
    declared = load_task(task)
    several = len(declared.datasets)
    made = []
    for at, (most, path) in enumerate(zip(max_instances, out, strict=True)):
        files = dict(zip(declared.datasets, records[at * several : (at + 1) * several], strict=True))
        found = instances(
            declared, files, seed=seed, max_instances=most, max_per_picture=max_per_picture, scale=scale
        )  # fmt: skip
        made.append(schemas.write(track(found, f"derive {task}", unit="instances"), schemas.INSTANCES, path))
        if declared.role == "eval" and not made[-1]:
            fix = "give the split more records, or leave the task out with tasks.leave_out"
            raise BadData(f"no record gives an instance of the unseen task {task}", file=records[0], fix=fix)
    return f"{' + '.join(map(str, made))} instances of {task}"


if __name__ == "__main__":
    gc.disable()  # records and instances are many and hold no cycles: looking for some costs a tenth of the time
    run_stage(main)
