"""Turn a dataset's records into the instances of one task."""

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.progress import track
from workflow_scripts.stages.entry import In, Out, run_stage
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.sampling import instances


def main(*, task: str, seed: int, max_instances: int, max_per_picture: int, records: In, out: Out) -> str:
    """Write the task's instances of one split: a uniform sample of what the records give."""
    declared = load_task(task)
    found = instances(
        declared,
        load_dataset(declared.dataset),
        records,
        seed=seed,
        max_instances=max_instances,
        max_per_picture=max_per_picture,
    )
    made = schemas.write(track(found, f"derive {task}", unit="instances"), schemas.INSTANCES, out)
    if declared.role == "eval" and not made:
        fix = "give the split more records, or leave the task out with tasks.leave_out"
        raise BadData(f"no record gives an instance of the unseen task {task}", file=records, fix=fix)
    return f"{made} instances of {task}"


if __name__ == "__main__":
    run_stage(main)
