"""The miniature world's tasks, kept apart as the workflow does it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from workflow_scripts.stages import derive, expand, fingerprint, hold_out

SPLITS = {"train": 12, "validation": 4, "test": 6}


@dataclass(frozen=True)
class Separated:
    """All tables between records and examples, of every task but the image-output ones, whose rows are as these."""

    folder: Path
    tasks: dict

    def table(self, name: str, task, split: str) -> Path:
        return self.folder / name / task.id / f"{split}.parquet"

    @property
    def held_out(self) -> Path:
        return self.folder / "held_out.parquet"

    @property
    def fingerprints(self) -> list[Path]:
        return sorted(self.folder.glob("fingerprints/*.parquet"))


@pytest.fixture(scope="session")
def separated(world, tmp_path_factory) -> Separated:
    tasks = {t.id: t for t in world.plan.tasks.values() if t.group != "image_output"}
    made = Separated(tmp_path_factory.mktemp("separated"), tasks)
    for path in world.plan.fingerprints:
        owner = Path(path).stem
        fingerprint.main(
            records=[world.folder / r.removeprefix("results/") for r in world.plan.records_of_pictures(owner)],
            manifests=[world.manifest(dataset) for dataset in world.plan.users_of_pictures(owner)],
            out=made.folder / "fingerprints" / f"{owner}.parquet",
        )
    for task in tasks.values():
        derive.main(
            task=task.id, seed=0, max_per_picture=4, scale=1.0,
            max_instances=[2 * SPLITS[split] for split in task.splits],
            records=[world.records(dataset, split) for split in task.splits for dataset in task.datasets],
            out=[made.table("instances", task, split) for split in task.splits],
        )  # fmt: skip
    unseen = [made.table("instances", task, "test") for task in tasks.values() if task.role == "eval"]
    hold_out.main(instances=unseen, fingerprints=made.fingerprints, out=made.held_out)
    for task in tasks.values():
        seen = task.role != "eval"
        expand.main(
            templates=world.plan.templates(task.id), scale=1.0,
            max_instances=[SPLITS[split] for split in task.splits],
            instances=[made.table("instances", task, split) for split in task.splits],
            held_out=[made.held_out] if seen else [], fingerprints=made.fingerprints if seen else [],
            out=[made.table("examples", task, split) for split in task.splits],
        )  # fmt: skip
    return made
