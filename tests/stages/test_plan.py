"""What a configuration amounts to: tasks, datasets and files."""

import doctest
import json
import math
from pathlib import Path

import pytest

from tests.conftest import load_config
from workflow_scripts.config import check
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadConfig
from workflow_scripts.models.ofa.sizes import FILES as MODEL_FILES
from workflow_scripts.stages.plan import Plan
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.training import variants
from workflow_scripts.training.variants import ADAPTER_FILES, GROUPS, Run

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
    found = plan({"variants": ["ofa_seqinstruct"], "ablations": {"instructions": [], "groups": []}}).models
    assert found == ["ofa", "ofa_naturalinstruct", "ofa_seqinstruct"]


# Variants


def test_examples_of_variants_hold():
    found = doctest.testmod(variants)
    assert found.attempted
    assert not found.failed


def test_default_has_the_papers_six_variants_and_the_ablations():
    default = plan()
    six = ["ofa", "ofa_taskname", "ofa_multiinstruct", "ofa_naturalinstruct", "ofa_mixedinstruct", "ofa_seqinstruct"]
    assert default.variants == six
    assert default.ablations == ["instructions_1", "instructions_3", "groups_1", "groups_3", "groups_6"]
    assert default.models == [*six, *default.ablations]


def test_a_run_is_a_variant_and_a_seed_and_has_a_folder_of_its_own():
    found = plan({"training": {"seeds": [3, 1], "ablation_seeds": [7]}})
    assert found.runs("ofa") == [Run("ofa", None)]
    assert found.runs("ofa_taskname") == [Run("ofa_taskname", 3), Run("ofa_taskname", 1)]
    assert found.runs("groups_3") == [Run("groups_3", 7)]
    folder = "results/models/groups_3/seed-7"
    assert found.model(Run("groups_3", 7))[-1] == f"{folder}/model.safetensors"
    assert found.log(Run("groups_3", 7)) == f"{folder}/log.jsonl"
    assert found.model(Run("ofa", None))[0] == "results/models/ofa/config.json"


def test_the_second_stage_starts_from_the_first_of_the_same_seed():
    found = plan({"training": {"seeds": [3, 1]}})
    first, second = Run("ofa_naturalinstruct", 3), Run("ofa_naturalinstruct", 1)
    assert found.bases("ofa_seqinstruct") == [*found.model(first), *found.model(second)]
    assert found.bases("ofa_mixedinstruct") == found.model(Run("ofa", None))  # one for all seeds


def test_what_variants_are_tuned_on():
    found = plan()
    paper = {t.id for t in TASKS.values() if t.role == "train"}
    texts = {"natural_instructions_train"}
    assert set(found.tuned_on("ofa_naturalinstruct")) == texts
    assert set(found.tuned_on("ofa_mixedinstruct")) == paper
    for variant in ("ofa_multiinstruct", "ofa_taskname", "ofa_seqinstruct", "instructions_1"):
        assert set(found.tuned_on(variant)) == paper - texts, variant


def test_what_takes_longest_begins_first():
    found = plan()
    assert {v for v in found.tuned if found.priority(v) == 2} == {"ofa_naturalinstruct", "ofa_seqinstruct"}
    assert {v for v in found.tuned if found.priority(v) == 0} == set(found.ablations)


def test_groups_are_the_papers_nine_and_each_adds_its_tasks():
    trained_on = [t for t in TASKS.values() if t.role == "train" and t.group != "natural_instructions"]
    assert len(trained_on) == 53
    assert set(GROUPS) == {t.group for t in trained_on}
    found = plan({"ablations": {"groups": list(range(1, 9))}})
    for count in range(1, 9):
        expected = {t.id for t in trained_on if t.group in GROUPS[:count]}
        assert set(found.tuned_on(f"groups_{count}")) == expected


def test_an_ablation_that_takes_nothing_away_is_not_tuned_twice():
    found = plan({"ablations": {"instructions": [5, 1], "groups": [9]}})
    assert found.ablations == ["instructions_1"]
    assert found.left_out == [f"{v} is left out: it is ofa_multiinstruct" for v in ("instructions_5", "groups_9")]
    extra = plan(ALL, {"ablations": {"instructions": [], "groups": [9]}})
    assert extra.ablations == ["groups_9"]  # the paper's tasks alone, of more


def test_ablations_are_evaluated_on_the_multimodal_tasks():
    found = plan()
    assert set(found.evaluated_on("ofa")) - set(found.evaluated_on("groups_1")) == {"natural_instructions_test"}
    assert len(found.evaluated_on("groups_1")) == 9
    made = found.predictions("ofa_taskname")
    assert len(made) == 3 * 10
    assert made[10] == f"results/predictions/ofa_taskname/seed-1/{found.evaluated_on('ofa_taskname')[0]}.parquet"


def test_a_variant_without_tasks_is_left_out_with_a_line():
    found = plan({"tasks": {"leave_out": ["natural_instructions_train"]}})
    assert found.variants == ["ofa", "ofa_taskname", "ofa_multiinstruct"]
    why = "and what starts from it are left out: no task of natural_instructions is there to tune it on"
    assert found.left_out == [f"{variant} {why}" for variant in ("ofa_naturalinstruct", "ofa_mixedinstruct")]
    gone = [t.id for t in TASKS.values() if t.group == GROUPS[0]]
    found = plan({"tasks": {"leave_out": gone}, "ablations": {"groups": [1, 2]}})
    assert found.ablations == ["instructions_1", "instructions_3", "groups_2"]


def test_training_is_told_what_it_reads_and_no_more():
    sections = {
        name: {"epochs": n} for n, name in enumerate(("multiinstruct", "natural_instructions", "mixedinstruct"), 1)
    }
    found = plan({"training": sections | {"adapter": {"rank": 3, "learning_rate": 0.5}}})
    told = {variant: json.loads(found.tuning(variant)) for variant in [*found.tuned, "ofa_seqinstruct_adapter"]}
    assert {v: t["epochs"] for v, t in told.items()} == {
        **dict.fromkeys(told, 1), "ofa_naturalinstruct": 2, "ofa_mixedinstruct": 3,
    }  # fmt: skip
    assert {v: t["prompts"] for v, t in told.items()} == {**dict.fromkeys(told, "instructions"), "ofa_taskname": "name"}
    assert {v: t["instructions"] for v, t in told.items()} == {
        **dict.fromkeys(told, 5), "instructions_1": 1, "instructions_3": 3,
    }  # fmt: skip
    adapted = told.pop("ofa_seqinstruct_adapter")
    assert (adapted["adapter"]["rank"], adapted["learning_rate"]) == (3, 0.5)
    assert "learning_rate" not in adapted["adapter"]
    assert {t["adapter"] for t in told.values()} == {None}
    elsewhere = plan({"training": {"seeds": [5], "threads": 7, "gpu": 2, "natural_instructions": {"epochs": 9}}})
    assert elsewhere.tuning("ofa_multiinstruct") == plan().tuning("ofa_multiinstruct")
    assert elsewhere.tuning("ofa_naturalinstruct") != plan().tuning("ofa_naturalinstruct")


def test_an_adapters_files_are_made_with_its_model():
    found, variant = plan({"training": {"seeds": [4]}}), "ofa_seqinstruct_adapter"
    folder = f"results/models/{variant}/seed-4"
    assert found.tuned_files(variant)[-2:] == [f"{folder}/adapter/{name}" for name in ADAPTER_FILES]
    assert [Path(file).name for file in found.tuned_files("ofa_seqinstruct")] == [*MODEL_FILES, "log.jsonl"]


def test_scoring_is_told_every_run_in_the_order_of_the_predictions():
    found = plan({"training": {"seeds": [1, 0]}})
    told = json.loads(found.scoring)
    made = [
        f"results/predictions/{Run(r['variant'], r['seed']).path}/{t}.parquet" for r in told["runs"] for t in r["tasks"]
    ]
    assert made == [path for variant in found.evaluated for path in found.predictions(variant)]


def test_one_job_evaluates_a_variant_and_one_all_ablations():
    found = plan({"variants": ["ofa", "ofa_taskname"], "ablations": {"instructions": [1], "groups": [2]}})
    ablations = ["instructions_1", "groups_2"]
    assert found.evaluations == {"ofa": ["ofa"], "ofa_taskname": ["ofa_taskname"], "ablations": ablations}
    assert plan({"ablations": {"instructions": [], "groups": []}}).evaluations.keys() == set(plan().variants)
