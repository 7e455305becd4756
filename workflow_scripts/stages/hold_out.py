"""List what the unseen tasks are evaluated on: no training task may use it."""

from workflow_scripts import schemas
from workflow_scripts.separation.fingerprints import read
from workflow_scripts.separation.held_out import held_out
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, instances: list[In], fingerprints: list[In], out: Out) -> str:
    """Write the pictures and texts of the unseen tasks' test instances, <task>/test.parquet each."""
    unseen = ((path.parent.name, schemas.read(path, schemas.INSTANCES)) for path in instances)
    made = schemas.write(held_out(unseen, read(fingerprints)), schemas.HELD_OUT, out)
    return f"{made} pictures and texts of {len(instances)} tasks"


if __name__ == "__main__":
    run_stage(main)
