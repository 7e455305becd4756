"""What a configuration amounts to: tasks, datasets and files."""

import json
import math
from pathlib import Path

import pytest

from tests.conftest import load_config
from workflow_scripts.config import check
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadConfig
from workflow_scripts.stages.plan import Plan
from workflow_scripts.tasks.registry import load_tasks

TASKS = load_tasks()


def plan(*overlays) -> Plan:
    return Plan(check(load_config(*overlays)))


def lay_out(dataset: str, folder: Path) -> None:
    """Empty files where the annotations of a dataset's default splits are expected."""
    declared = load_dataset(dataset)
    for pattern in declared.annotations:
        for native in declared.splits.values():
            path = folder / pattern.split("|")[0].format(split=native).replace("*", "any")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


ALL = {"tasks": {"extra": "all"}}


def test_default_is_the_papers_protocol():
    default = plan()
    assert default.left_out == []
    assert set(default.tasks) == {t.id for t in TASKS.values() if t.role != "extra"}
    assert set(plan(ALL).tasks) == set(TASKS)


def test_absent_dataset_leaves_its_tasks_out_with_a_line_each(tmp_path):
    for dataset in {d for t in TASKS.values() for d in t.datasets} - {"mscoco"}:
        lay_out(dataset, tmp_path / load_dataset(dataset).folder)
    found = plan(ALL, {"raw": {"root": str(tmp_path)}})
    gone = [t for t in TASKS.values() if any("mscoco" in (d, *load_dataset(d).pictures_of) for d in t.datasets)]
    assert gone
    assert found.left_out == [f"{t.id} is left out: mscoco is not in {tmp_path}" for t in gone]
    assert set(found.tasks) == set(TASKS) - {t.id for t in gone}
    assert "mscoco" not in found.datasets


def test_dataset_that_lies_elsewhere_is_used_there(tmp_path):
    lay_out("nlvr", tmp_path)
    found = plan({"raw": {"root": None, "nlvr": str(tmp_path)}})
    assert found.in_place("nlvr") == str(tmp_path)
    assert found.in_place("mscoco") is None
    assert "nlvr" not in found.drawn


def test_folder_that_lacks_the_annotations_is_told_on_start(tmp_path):
    """Snakemake would keep what an earlier run made of other files."""
    lay_out("nlvr", tmp_path / "nlvr")
    (tmp_path / "tdiuc").mkdir()
    with pytest.raises(BadConfig) as caught:
        plan({"raw": {"mirror": "official", "nlvr": str(tmp_path), "tdiuc": str(tmp_path / "tdiuc")}})
    assert caught.value.problem.splitlines() == [
        f"nlvr is used in {tmp_path}, where there is no nlvr/test/test.json (1 of 1 files)",
        f"tdiuc is used in {tmp_path / 'tdiuc'}, where there is no Questions/OpenEnded_mscoco_train2014_questions.json "
        "(4 of 4 files)",
    ]


def test_drawn_and_real_pictures_do_not_mix(tmp_path):
    lay_out("mscoco", tmp_path)
    with pytest.raises(BadConfig, match="tdiuc is of the miniature world, but not mscoco"):
        plan({"raw": {"mscoco": str(tmp_path)}})
    assert plan({"raw": {"mscoco": str(tmp_path), "mirror": "official"}}).in_place("mscoco") == str(tmp_path)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"root": "/no/such"}, "raw.root is '/no/such', which is no folder"),
        ({"mirror": "/no/such"}, "raw.mirror is '/no/such', which is no folder"),
        ({"mirror": "offical"}, "raw.mirror is 'offical', which is no folder; did you mean official?"),
    ],
)
def test_places_that_are_not_there(raw, problem):
    with pytest.raises(BadConfig) as caught:
        plan({"raw": raw})
    assert caught.value.problem == problem


def test_other_keys_of_raw_are_datasets_and_all_wrong_ones_are_told(tmp_path):
    wrong = {"mscooc": str(tmp_path), "keep_archive": False, "folders": {}, "nlvr": "/no/such", "tdiuc": 3}
    with pytest.raises(BadConfig) as caught:
        plan({"raw": wrong})
    assert caught.value.problem.splitlines()[:2] == [
        "unknown key raw.mscooc; did you mean mscoco?",
        "unknown key raw.keep_archive; did you mean keep_archives?",
    ]
    assert caught.value.problem.splitlines()[2].startswith("unknown key raw.folders; there are ")
    assert caught.value.problem.splitlines()[3:] == [
        "raw.nlvr is '/no/such', which is no folder",
        "raw.tdiuc is 3, which is no folder",
    ]


def test_every_source_has_archives_and_locks_of_its_own():
    sources = [plan({"raw": {"mirror": m}}) for m in ("official", "https://one.example", "https://two.example")]
    assert sources[0].lock("mscoco") == "locks/official/mscoco.json"
    assert len({s.lock("mscoco") for s in sources}) == len({s.archive_folder for s in sources}) == 3
    assert plan().lock("mscoco") is None  # each seed draws other archives


def test_task_of_the_config_that_does_not_exist():
    with pytest.raises(BadConfig, match="tasks names countng; did you mean counting"):
        plan({"tasks": {"leave_out": ["countng"]}})


@pytest.mark.parametrize("overlay", [{"tokens": {"corpus": ["mscoco", "coco"]}}, {"vqgan": {"pictures": "coco"}}])
def test_dataset_of_the_config_that_does_not_exist(overlay):
    with pytest.raises(BadConfig, match=r"no dataset 'coco'; there are .*mscoco"):
        plan(overlay)


def test_nothing_to_evaluate():
    unseen = [t.id for t in TASKS.values() if t.role == "eval"]
    with pytest.raises(BadConfig, match="no unseen task is left to evaluate"):
        plan({"tasks": {"leave_out": unseen}})


def test_extra_tasks_are_there_only_if_asked_for():
    extra = [t.id for t in TASKS.values() if t.role == "extra"]
    assert set(plan({"tasks": {"extra": []}}).tasks) == set(TASKS) - set(extra)


def test_dataset_choice_changes_the_native_split_alone():
    found = plan({"datasets": {"nlvr": {"splits": {"test": "dev"}}}})
    assert found.splits("nlvr") == {"test": "dev"}
    with pytest.raises(BadConfig, match="no dataset 'coco'; there are"):
        plan({"datasets": {"coco": {"splits": {}}}})


@pytest.mark.parametrize(("most", "per_shard"), [(10, 3), (9, 3), (1, 100)])
def test_number_of_shards(most, per_shard):
    found = plan({"instances": {"max_train": most}, "tokens": {"instances_per_shard": per_shard}})
    task = next(t for t in TASKS.values() if t.role == "train")
    count = math.ceil(most / per_shard)
    names = [f"results/shards/{task.id}/train-{k:05d}-of-{count:05d}.parquet" for k in range(count)]
    assert found.shards(task.id, "train") == names


def test_the_released_vqgan_needs_no_pictures_and_tells_its_size(tmp_path):
    (tmp_path / "model.yaml").write_text("model: {params: {ddconfig: {resolution: 256, ch_mult: [1, 1, 2, 4]}}}")
    with pytest.raises(BadConfig, match=r"there are 0 files \*\.ckpt, not one"):
        plan({"vqgan": {"files": str(tmp_path)}})
    (tmp_path / "last.ckpt").touch()
    found = plan({"vqgan": {"files": str(tmp_path)}})
    assert found.released_vqgan == [str(tmp_path / "last.ckpt"), str(tmp_path / "model.yaml")]
    assert json.loads(found.initialisation) == {"code_image_size": 256}
    (tmp_path / "model.yaml").write_text("model: 1")
    with pytest.raises(BadConfig, match="not a VQ-GAN's YAML"):
        plan({"vqgan": {"files": str(tmp_path)}})


def test_bases_come_before_what_starts_from_them():
    found = plan({"variants": ["ofa_seqinstruct"]}).models
    assert found == ["ofa", "ofa_naturalinstruct", "ofa_seqinstruct"]
