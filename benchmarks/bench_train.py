"""Samples per second of the trainer at the original's configuration, beside the original's: `make bench-train`.

The work is that of benchmarks/bench_model.py's training step (ofa_tiny, batch 8, pictures of 256 x 256, 64 source and
16 target tokens, float32, two threads), but through all that a training does: shards, JPEG files that are decoded and
resized, the Trainer's loop and log. The model's step alone is measured in turns with it, so that the difference is the
trainer's own. CPU seconds count all threads and are what a busy machine changes least.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "20000")

import numpy as np
import torch
from PIL import Image

from benchmarks.bench_model import BATCH, ORIGINAL, PIXELS, RELEASED, SOURCE, TARGET, training_step
from workflow_scripts import schemas
from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.ofa.building import fresh, save
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.training import trainer
from workflow_scripts.training.checkpoints import Checkpoints

CLOCKS: list[tuple[float, float]] = []  # wall and CPU seconds at the end of each step


class Timed(trainer.Monitor):
    def on_step_end(self, *args, **kwargs):
        super().on_step_end(*args, **kwargs)
        CLOCKS.append((time.perf_counter(), time.process_time()))


def prepare(folder: Path, size: str, instances: int) -> None:
    """A base model, one JPEG file an instance, a shard."""
    rates = {"label_smoothing": 0.1, "encoder_drop_path_rate": 0.1, "decoder_drop_path_rate": 0.1}
    save(fresh(size, seed=0, vocabulary=RELEASED, **rates), folder / "base")
    draw, rows = random.Random(0), []
    noise = np.random.default_rng(0)
    for n in range(instances):
        coarse = Image.fromarray(noise.integers(0, 256, (16, 16, 3), dtype=np.uint8))
        coarse.resize((PIXELS, PIXELS)).save(folder / f"{n}.jpg", quality=90)
        source, target = ([draw.randrange(4, RELEASED.mask) for _ in range(k)] for k in (SOURCE - 2, TARGET - 1))
        rows.append(
            dict.fromkeys(schemas.SHARDS.names)
            | {"instance_id": f"bench/{n}", "sources": [source], "target": target, "target_is_code": False}
            | {"truncated": 0, "references": [], "options": []}
            | {"image": f"bench/{n}.jpg", "width": PIXELS, "height": PIXELS}
        )
    schemas.write(rows, schemas.SHARDS, folder / "train.parquet")
    schemas.write([], schemas.SHARDS, folder / "none.parquet")
    Manifest(dataset="bench", root=str(folder)).write(folder / "manifest.json")


def trained(folder: Path, threads: int, workers: int) -> tuple[list[float], list[float]]:
    """Wall and CPU seconds of each step but the first."""
    settings = {
        "epochs": 1, "batch_size": BATCH, "max_tokens": None, "accumulation": 1, "learning_rate": 1e-5,
        "schedule": "linear", "warmup_share": 0.0, "weight_decay": 0.01, "label_smoothing": 0.1, "dropout": 0.1,
        "max_grad_norm": 1.0, "bf16": False, "freeze_image_encoder": False, "gradient_checkpointing": False,
        "compile": False, "fsdp": False, "workers": workers, "save_every": 1_000_000, "keep_checkpoints": 1,
        "log_every": 1, "image_size": PIXELS, "prompts": "instructions", "instructions": 1, "adapter": None,
    }  # fmt: skip
    data = trainer.TrainingData.unpacked(
        [folder / "train.parquet"], [folder / "none.parquet"], [folder / "manifest.json"], [folder / "base"],
        folder / "data", settings,
    )  # fmt: skip
    CLOCKS.clear()
    trainer.tune(
        folder / "base", data=data, checkpoints=Checkpoints(folder / "checkpoints", "bench", keep=1),
        folder=folder / "out", curves=folder / "curves", settings=trainer.Settings(**settings, seed=0, threads=threads),
    )  # fmt: skip
    walls, cpus = zip(*CLOCKS)
    return np.diff(walls).tolist(), np.diff(cpus).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="ofa_tiny")
    parser.add_argument("--steps", type=int, default=6, help="in each of the runs")
    parser.add_argument("--runs", type=int, default=2, help="of each sort, in turns")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    keep_freed_memory()
    trainer.Monitor = Timed
    alone, whole = ([], []), ([], [])
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), given.size, BATCH * (given.steps + 1))
        for _ in range(given.runs):
            step = training_step(given.size)
            step()
            for _ in range(given.steps):
                wall, cpu = time.perf_counter(), time.process_time()
                step()
                alone[0].append(time.perf_counter() - wall)
                alone[1].append(time.process_time() - cpu)
            del step
            walls, cpus = trained(Path(folder), given.threads, given.workers)
            whole[0].extend(walls)
            whole[1].extend(cpus)
    print(f"{given.size}, batch {BATCH}, {given.threads} threads, medians of {len(whole[0])} steps")
    theirs = ORIGINAL["training step"]
    for name, (walls, cpus) in (("model's step alone", alone), ("through the trainer", whole)):
        wall, cpu = statistics.median(walls), statistics.median(cpus)
        print(
            f"{name:20} {wall:5.2f} s wall {cpu:5.2f} s CPU {BATCH / wall:5.2f} samples/s"
            f"   the original's {theirs['wall']:.1f} s on two EPYC cores:"
            f" {theirs['wall'] / wall:.2f} times as many samples/s, {theirs['cpu'] / cpu:.2f} times less CPU"
        )


if __name__ == "__main__":
    main()
