"""Speed of reading the largest annotation files into records, and of deriving instances from them: `make bench-read`.

Files of the real size are written first (3 GB; --folder keeps them for another time). Each stage runs as the workflow
runs it, in a process of its own, whose CPU seconds and largest resident memory are told. Pictures are not opened.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.annotation_files import write_coco, write_visual_genome
from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.tasks.registry import load_tasks

FOLDERS = {"mscoco": write_coco, "visual_genome": write_visual_genome}
# One parse of instances_train2014.json by the reference implementation, which does it once for each of its tasks.
REFERENCE = {"cpu": 48.0, "gib": 4.5}
INSTANCES = 10_000


def run(stage: str, **arguments: object) -> dict[str, float]:
    """A stage's CPU seconds, wall seconds and largest resident memory in GiB."""
    words = [sys.executable, "-m", f"workflow_scripts.stages.{stage}"]
    for name, value in arguments.items():
        words += [f"--{name.replace('_', '-')}", *(map(str, value) if isinstance(value, list) else [str(value)])]
    started = time.perf_counter()
    process = subprocess.Popen(words, env={**os.environ, "MULTIINSTRUCT_MEMO": ""})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{stage} failed")
    wall = time.perf_counter() - started
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "gib": usage.ru_maxrss / 2**20}


def read(dataset: str, root: Path, out: Path) -> tuple[dict[str, float], float]:
    """Figures of reading a dataset, and how many MB of JSON that is."""
    splits = dict(load_dataset(dataset).splits)
    manifest = out / dataset / "manifest.json"
    download = {"dataset": dataset, "native_splits": list(splits.values()), "archives": out, "in_place": root}
    run("download", **download, out=manifest)
    records = [out / dataset / f"{split}.parquet" for split in splits]
    figures = run(
        "read",
        dataset=dataset,
        splits=json.dumps(splits),
        check_pictures="none",
        max_bad_share=0.01,
        options="{}",
        manifests=[manifest],
        others=[],
        records=records,
        quarantines=[path.with_suffix(".jsonl") for path in records],
    )
    files = load_dataset(dataset).annotation_files(splits.values(), root)
    return figures, sum((root / file).stat().st_size for file in files) / 1e6


def derive(task: str, records: Path, out: Path) -> dict[str, float]:
    """Figures of deriving INSTANCES of a task, which are told."""
    limits = {"seed": 0, "max_instances": [INSTANCES], "max_per_picture": 4, "scale": 1.0}
    figures = run("derive", task=task, **limits, records=[records], out=[out])
    tell(f"derive {task}, {schemas.rows_of(out)} instances", figures)
    return figures


def tell(what: str, figures: dict[str, float], more: str = "") -> None:
    print(f"{what:52} {figures['cpu']:6.1f} s CPU {figures['gib']:5.2f} GiB  {more}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the annotation files are written, or lie already")
    parser.add_argument("--only", choices=list(FOLDERS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = given.folder or Path(scratch), Path(scratch) / "out"
        for dataset, write in FOLDERS.items():
            if given.only not in (None, dataset):
                continue
            root = folder / load_dataset(dataset).folder
            if not root.exists():
                write(root)
            figures, megabytes = read(dataset, root, out)
            tell(f"read {dataset}, {megabytes:.0f} MB of JSON", figures, f"{megabytes / figures['cpu']:.0f} MB/s")
            tasks = [t for t in load_tasks().values() if t.datasets == (dataset,) and "train" in t.splits]
            for answers, of_kind in (("texts or regions", False), ("pictures", True)):
                kind = [t.id for t in tasks if (t.output == "image") == of_kind]
                found = [derive(task, out / dataset / "train.parquet", out / f"{task}.parquet") for task in kind]
                cpu, largest = sum(f["cpu"] for f in found), max(f["gib"] for f in found)
                tell(f"all {len(kind)} tasks of {dataset} with {answers} as answers", {"cpu": cpu, "gib": largest})
    print("the reference implementation parses instances_train2014.json again for each of its COCO tasks:", end=" ")
    print(f"{REFERENCE['cpu']:.0f} s CPU and {REFERENCE['gib']} GiB each")


if __name__ == "__main__":
    main()
