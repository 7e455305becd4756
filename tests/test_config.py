"""A wrong configuration is an error on start that says what is meant instead."""

import re

import pytest
import yaml

from tests.conftest import PROJECT, load_config
from workflow_scripts.config import check
from workflow_scripts.errors import BadConfig

CONFIGS = sorted(p.name for p in (PROJECT / "configs").glob("*.yaml"))


def refused(overlay: dict) -> str:
    with pytest.raises(BadConfig) as caught:
        check(load_config(overlay))
    return str(caught.value)


def test_default_and_every_overlay_is_valid():
    check(load_config())
    assert CONFIGS
    for name in CONFIGS:
        check(load_config(name))


@pytest.mark.parametrize(
    ("overlay", "problem"),
    [
        ({"sed": 1}, "unknown key sed; did you mean seed?"),
        ({"instances": {"max_trian": 1}}, "unknown key instances.max_trian; did you mean max_train?"),
        (
            {"training": {"multiinstruct": {"epoch": 1}}},
            "unknown key training.multiinstruct.epoch; did you mean epochs?",
        ),
        ({"datasets": {"nlvr": {"split": {}}}}, "unknown key datasets.nlvr.split; did you mean splits?"),
        ({"memo": {"xyz": 1}}, "unknown key memo.xyz; there are folder"),
    ],
)
def test_unknown_key_names_the_nearest_known_one(overlay, problem):
    assert problem in refused(overlay)


def test_missing_key():
    values = load_config()
    del values["training"]["multiinstruct"]["epochs"], values["seed"]
    with pytest.raises(BadConfig) as caught:
        check(values)
    assert "key seed is missing" in str(caught.value)
    assert "key training.multiinstruct.epochs is missing" in str(caught.value)
    assert "config.yaml" in caught.value.file


@pytest.mark.parametrize(
    ("overlay", "problem"),
    [
        ({"seed": "zero"}, "seed is 'zero': input should be a valid integer"),
        ({"instances": {"max_train": 0}}, "instances.max_train is 0: input should be greater than or equal to 1"),
        ({"quarantine": {"max_share": 1.5}}, "quarantine.max_share is 1.5: input should be less than or equal to 1"),
        ({"variants": ["ofa", "oaf"]}, "variants.1 is 'oaf': input should be 'ofa'"),
        (
            {"variants": ["ofa_taskname", "ofa_multinstruct"]},
            "'ofa_seqinstruct_adapter'; did you mean ofa_multiinstruct?",
        ),
        ({"evaluation": {"modes": ["ranked"]}}, "name each mode once and free among them"),
        ({"evaluation": {"modes": ["free", "free"]}}, "name each mode once and free among them"),
        ({"evaluation": {"modes": ["freely"]}}, "'freely': input should be 'free', 'constrained' or 'ranked'"),
        ({"variants": ["ofa", "ofa_taskname", "ofa"]}, "value error, ofa occurs more than once"),
        (
            {"training": {"seeds": [1, 0, 1, 0]}},
            "training.seeds is [1, 0, 1, 0]: value error, 0, 1 occurs more than once",
        ),
        ({"training": {"ablation_seeds": []}}, "training.ablation_seeds is []: value should have at least 1 item"),
        ({"training": {"seeds": [-1]}}, "training.seeds.0 is -1: input should be greater than or equal to 0"),
        (
            {"ablations": {"instructions": [0]}},
            "ablations.instructions.0 is 0: input should be greater than or equal to 1",
        ),
        (
            {"ablations": {"instructions": [6]}},
            "ablations.instructions.0 is 6: input should be less than or equal to 5",
        ),
        ({"ablations": {"groups": [1, 10]}}, "ablations.groups.1 is 10: input should be less than or equal to 9"),
        ({"ablations": {"groups": [2, 2]}}, "ablations.groups is [2, 2]: value error, 2 occurs more than once"),
        ({"ablations": {"tasks": [1]}}, "unknown key ablations.tasks; there are groups, instructions"),
        ({"variants": []}, "variants is []: value should have at least 1 item"),
        ({"raw": {"check_pictures": "no"}}, "raw.check_pictures is 'no': input should be 'decode', 'header' or 'none'"),
        ({"picture": {"size": 130}}, "picture.size is 130: input should be a multiple of 16"),
        ({"picture": {"size": 256}}, "picture.size is 256, above picture.max_size (128)"),
        ({"datasets": {"nlvr": {"splits": {"tset": "dev"}}}}, "input should be 'train', 'validation' or 'test'"),
        ({"model": {"size": "ofa_enormous"}}, "model.size is 'ofa_enormous': input should be"),
    ],
)
def test_wrong_value(overlay, problem):
    assert problem in refused(overlay)


def test_all_problems_are_told_at_once():
    message = refused({"sed": 1, "seed": "x", "report": {"gallery_per_task": -1}})
    assert len(re.findall("unknown key sed|seed is 'x'|report.gallery_per_task is -1", message)) == 3


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^\s*-?\s*([A-Za-z0-9_.-]+)==([^\s\\]+)", text, flags=re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


@pytest.mark.parametrize("name", sorted(p.name for p in (PROJECT / "envs").glob("*.yaml")))
def test_environment_has_the_versions_of_the_lock_file(name):
    locked = pins((PROJECT / "requirements.lock").read_text())
    constrained = pins((PROJECT / "constraints.txt").read_text())
    locked["torch"] = pins((PROJECT / "requirements.in").read_text())["torch"]  # installed before the others
    assert f"torch=={locked['torch']} " in (PROJECT / "Makefile").read_text()
    wanted = pins((PROJECT / "envs" / name).read_text())
    [listed] = [
        d["pip"]
        for d in yaml.safe_load((PROJECT / "envs" / name).read_text())["dependencies"]
        if d != "pip" and "pip" in d
    ]
    assert len(wanted) == len(listed) > 5
    assert {n: v for n, v in wanted.items() if locked.get(n) != v} == {}
    assert {n: v for n, v in wanted.items() if constrained.get(n, v) != v} == {}
