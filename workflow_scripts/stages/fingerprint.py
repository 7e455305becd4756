"""Note how the pictures of a dataset, and of those that use its pictures, are recognised elsewhere."""

from workflow_scripts import schemas
from workflow_scripts.pictures import roots
from workflow_scripts.separation.fingerprints import fingerprints
from workflow_scripts.stages.entry import In, Out, run_stage


def main(*, records: list[In], manifests: list[In], out: Out) -> str:
    """Write a row for every picture that the records name. manifests: of all datasets whose files these may be."""
    made = schemas.write(fingerprints(records, roots(manifests)), schemas.FINGERPRINTS, out)
    return f"{made} pictures"


if __name__ == "__main__":
    run_stage(main)
