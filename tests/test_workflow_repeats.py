"""The same results again: with other cores, and after being killed."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from workflow_runs import command, contents, copy_repository, environment, finish

DATA = ("records/**/*", "instances/**/*", "examples/**/*", "shards/**/*")
# Three ways of tuning are enough here: each more is a job's start, four times over.
FEW = ("--config", "variants=[ofa, ofa_multiinstruct, ofa_seqinstruct]", "ablations={instructions: [], groups: []}")
RESULTS = ("predictions/**/*", "scores/*", "tables/*")


def kill_when(folder: Path, appears: str, *, cores: int) -> None:
    """Start the workflow and kill -9 Snakemake alone once a file below results/ appears; its jobs live on a while."""
    with open(folder / "killed.log", "w") as log:
        run = subprocess.Popen(
            command(*FEW, "--", "results/report.html", cores=cores),
            cwd=folder,
            env=environment(None),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + 300
    while not list(folder.glob(f"results/{appears}")):
        assert run.poll() is None, "ended too early:\n" + (folder / "killed.log").read_text()[-3000:]
        assert time.monotonic() < deadline, f"{appears} did not appear"
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Path:
    folder = copy_repository(tmp_path_factory.mktemp("whole"))
    finish(folder, *FEW, "--", "results/report.html", cores=2)
    return folder


def test_one_core_and_three_kills_give_the_same_bytes(uninterrupted, tmp_path):
    folder = copy_repository(tmp_path / "killed")
    for appears in ("mirror/mscoco/*.zip", "instances/*/*.parquet", "logs/train/*.log"):
        kill_when(folder, appears, cores=1)
    finish(folder, *FEW, "--", "results/report.html", cores=1)
    expected = contents(uninterrupted, *DATA)
    assert len(expected) > 80
    found = contents(folder, *DATA)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []
    results = contents(uninterrupted, *RESULTS)
    assert {n: c for n, c in contents(folder, *RESULTS).items() if results[n] != c} == {}
    assert not list(folder.glob("results/**/*.part"))
