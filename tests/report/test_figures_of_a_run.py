"""What stands in logs, benchmark files, shards and a user's reference, by hand."""

import json

import pytest

from tests.conftest import load_config
from workflow_scripts import schemas
from workflow_scripts.config import check
from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.files import write_text
from workflow_scripts.report import lengths, reference, trainings, work
from workflow_scripts.stages.plan import Plan


def test_curves_are_means_over_seeds_of_the_steps_that_all_logged(tmp_path):
    logs = []
    for seed, losses in enumerate(([4.0, 2.0], [2.0, 3.0, 1.0])):
        rows = [{"step": 10 * i, "loss": loss} for i, loss in enumerate(losses, start=1)]
        rows += [
            {"step": 20, "eval_loss": 1.0 + seed},
            {"steps": 20, "train_runtime": 4 + seed, "peak_memory_mb": seed},
        ]
        logs.append(tmp_path / f"ofa_taskname/seed-{seed}/log.jsonl")
        write_text(logs[-1], "".join(json.dumps(row) + "\n" for row in rows))
    [training] = trainings.trainings(logs, ["ofa_taskname"])
    assert [(p.step, p.mean, p.low, p.high) for p in training.losses] == [(10, 3.0, 2.0, 4.0), (20, 2.5, 2.0, 3.0)]
    assert training.figures == {"steps": 20, "train_runtime": 4.5, "peak_memory_mb": 1, "held_out": 1.5}


def test_stages_come_in_the_order_of_the_flow_and_add_up(tmp_path):
    head = "s\tmax_rss\tcpu_time\n"
    for name, row in {
        "train/a": "10\t300\t8",
        "train/b": "20\t200\t-",
        "read/x/y": "1\t50\tNA",
        "report": "9\t9\t9",
    }.items():
        write_text(tmp_path / f"benchmarks/{name}.tsv", f"{head}{row}\n")
    write_text(tmp_path / "logs/train/b.log", "train: taken from the memo, entry 00ff (0.2 s)\n")
    read, train = work.stages(tmp_path / "benchmarks", tmp_path / "logs")
    assert (read.stage, read.jobs, read.from_memo, read.wall_s, read.cpu_s) == ("read", 1, 0, 1.0, 0.0)
    assert (train.jobs, train.from_memo, train.wall_s, train.cpu_s, train.peak_mb) == (2, 1, 30.0, 8.0, 300.0)


def test_lengths_are_counted_over_shards(tmp_path):
    shard = dict.fromkeys(schemas.SHARDS.names) | {
        "target_is_code": False, "references": [], "truncated": 0, "sources": [[1, 2], [3]], "target": [5, 6, 7],
        "options": ["a", "b"],
    }  # fmt: skip
    paths = [tmp_path / f"counting/train-0000{n}-of-00002.parquet" for n in (0, 1)]
    schemas.write([shard | {"instance_id": "1"}], schemas.SHARDS, paths[0])
    rows = [shard | {"instance_id": "2", "options": [], "truncated": 3}, shard | {"instance_id": "3", "target": []}]
    schemas.write(rows, schemas.SHARDS, paths[1])
    found = lengths.by_split(paths)
    assert list(found) == [("counting", "train")]
    of = found["counting", "train"]
    assert (of.instances, of.cut) == (3, 3)
    assert (of.sources, of.targets, of.options) == ({1: 3, 2: 3}, {3: 2, 0: 1}, {2: 2})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["variant,task,metric,mean", "ofa,t,accuracy,5"], "max, std is missing"),
        (["variant,task,metric,mean,max,std", "ofa,u,accuracy,5,,"], "no unseen task u"),
        (["variant,task,metric,mean,max,std", "ofa,t,f1,5,,"], "no metric f1"),
        (["variant,task,metric,mean,max,std", "ofa,t,accuracy,much,,"], "mean is 'much'"),
        (["variant,task,metric,mean,max,std", "ofa,t,accuracy,5,120,"], "max is '120'"),
        (["variant,task,metric,mean,max,std", "ofa,t,accuracy,0.5,,"], "no mean is above 1"),
        (["variant,task,metric,mean,max,std"], "no row"),
    ],
)
def test_a_wrong_reference_is_told_with_its_line(tmp_path, rows, message):
    file = tmp_path / "paper.csv"
    file.write_text("\n".join(rows) + "\n")
    with pytest.raises(BadData, match=message) as error:
        reference.read(file, ["t"])
    assert error.value.file == file


def test_a_reference_is_percent_and_may_lack_maximum_and_deviation(tmp_path):
    file = tmp_path / "paper.csv"
    file.write_text("variant,task,metric,mean,max,std\nofa,t,accuracy,51.9,,2\nofa,nlp,,20,,\n")
    assert reference.read(file, ["t"]) == {
        ("ofa", "t", "accuracy"): reference.Figures(0.519, None, 0.02),
        ("ofa", "nlp", ""): reference.Figures(0.2, None, None),
    }


def test_a_reference_that_is_not_there_is_an_error_on_start():
    asked = load_config({"report": {"gallery_per_task": 1, "reference": "nowhere.csv"}})
    with pytest.raises(BadConfig, match=r"report\.reference is nowhere\.csv: no such file"):
        _ = Plan(check(asked)).reference
