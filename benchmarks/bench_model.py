"""Speed of one training step and one generation of ofa_tiny, beside the original's numbers: `make bench-model`.

The work is that of the original's measurement: batch 8, pictures of 256 x 256, 64 source and 16 target tokens, float32,
two threads. A step: forward, loss smoothed by 0.1, backward, clipping to 1, Adam on all parameters, dropout and drop
path 0.1, BatchNorm on batch statistics. A generation: encoder and 17 steps of beam 5 without repeated trigrams.
CPU seconds count both threads and are what a busy machine changes least.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("GOMP_SPINCOUNT", "20000")

import torch

from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.ofa.beam_search import Search, search
from workflow_scripts.models.ofa.building import fresh
from workflow_scripts.tokens.vocabulary import EOS, Vocabulary
from workflow_scripts.training.optimizer import FairseqAdam

RELEASED = Vocabulary(dict_lines=50260)
BATCH, PIXELS, SOURCE, TARGET, BEAMS = 8, 256, 64, 16, 5
# Medians of the original on two virtual EPYC cores, in seconds: wall, and CPU of both threads. On a Xeon with AVX-512,
# in turns with ours, a step of the original took 2.4 to 3.0 s of wall time and ours 1.55 s.
ORIGINAL = {"training step": {"wall": 4.0, "cpu": 7.8}, "generation": {"wall": 2.6, "cpu": 5.2}}


def training_step(size: str) -> Callable[[], None]:
    model = fresh(
        size, seed=0, vocabulary=RELEASED, label_smoothing=0.1, encoder_drop_path_rate=0.1, decoder_drop_path_rate=0.1
    ).train()
    optimizer = FairseqAdam(model.parameters(), lr=1e-5, weight_decay=0.01)
    inputs = batch()
    labels = torch.randint(4, RELEASED.mask, (BATCH, TARGET))
    labels[:, -1] = EOS

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        model(**inputs, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


def generation(size: str) -> Callable[[], None]:
    model, inputs = fresh(size, seed=0, vocabulary=RELEASED).eval(), batch()
    settings = Search(beams=BEAMS, min_len=TARGET, max_len_b=TARGET, no_repeat_ngram=3)
    return lambda: search(model, settings, **inputs)


def batch() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    ids = torch.randint(4, RELEASED.mask, (BATCH, SOURCE))
    ids[:, 0], ids[:, -1] = 0, EOS
    return {"input_ids": ids, "pixel_values": torch.randn(BATCH, 3, PIXELS, PIXELS)}


def measured(work: Callable[[], None], repeats: int) -> dict[str, float]:
    """Medians after one run that is not counted."""
    work()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"wall": statistics.median(walls), "cpu": statistics.median(cpus)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="ofa_tiny")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=list(ORIGINAL))
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    keep_freed_memory()  # as the stages that compute do
    found = {}
    for name, make in (("training step", training_step), ("generation", generation)):
        if given.only in (None, name):
            found[name] = measured(make(given.size), given.repeats)
    if given.json:
        print(json.dumps(found | {"threads": given.threads, "torch": torch.__version__, "cpu": platform.processor()}))
        return
    print(f"{given.size}, batch {BATCH}, {given.threads} threads, medians of {given.repeats}")
    for name, ours in found.items():
        theirs = ORIGINAL[name]
        print(
            f"{name:14} {ours['wall']:6.2f} s wall {ours['cpu']:6.2f} s CPU"
            f"   original, on two EPYC cores, {theirs['wall']:.1f} s, {theirs['cpu']:.1f} CPU-s"
            f"   {theirs['cpu'] / ours['cpu']:.1f} times less CPU"
        )
    print(f"largest memory  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
