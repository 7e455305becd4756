"""What a task's instances depend on: to add or delete any other task leaves their bytes as they are."""

import pytest

from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.provenance import closure, stage_modules
from workflow_scripts.schemas import content_digest
from workflow_scripts.stages import read
from workflow_scripts.tasks.registry import load_tasks

TASKS = load_tasks()


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_no_task_needs_the_module_of_another(task):
    others = {other.module for other in TASKS.values() if other is not task}
    assert not others & set(closure(*stage_modules("derive", task=task.id)))


@pytest.mark.parametrize("dataset", dataset_ids())
def test_records_of_a_split_do_not_depend_on_which_others_are_read(dataset, world, tmp_path):
    """Which splits are read depends on the tasks that there are."""
    declared = load_dataset(dataset)
    for split, native in world.plan.splits(dataset).items():
        out = tmp_path / f"{split}.parquet"
        read.main(
            dataset=dataset,
            splits={split: native},
            check_pictures="header",
            max_bad_share=1.0,
            options={},
            manifests=[world.manifest(d) for d in (dataset, *declared.pictures_of)],
            others=[world.records(d, split) for d in declared.records_of],
            records=[out],
            quarantines=[tmp_path / f"{split}.jsonl"],
        )
        assert content_digest(out) == content_digest(world.records(dataset, split)), split
