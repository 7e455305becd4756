"""Note how the pictures of one dataset are recognised elsewhere."""

from workflow_scripts import schemas
from workflow_scripts.pictures import roots
from workflow_scripts.separation.fingerprints import fingerprints
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, owner: str, records: list[In], manifest: In, out: Out) -> str:
    """Write a row for every picture of the dataset `owner`.

    records: its own, and those of the datasets that use its pictures.
    """
    made = schemas.write(fingerprints(owner, records, roots([manifest])[owner]), schemas.FINGERPRINTS, out)
    return f"{made} pictures of {owner}"


if __name__ == "__main__":
    run_stage(main)
