"""Train the small VQ-GAN of the miniature world.

Departures from the original recipe: no adversary and no LPIPS (taming's losses import torchvision), but L1 + L2 on
pixels; the first steps are a plain autoencoder, then the codebook starts from what that encoder puts out (k-means)
and codes that go unused are restarted, so that a few hundred steps fill it.
"""

import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from workflow_scripts.errors import BadConfig, BadData
from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.vqgan import VQGAN, VQGANConfig, picture_to_tensor
from workflow_scripts.progress import say
from workflow_scripts.randomness import Draw

SAMPLES_MAX = 2048  # training samples held in memory: 64 x 64 pixels of float32 are 48 KiB
CROPS_MAX = 4  # of one picture
CROP_SHARE = (0.3, 0.9)  # a crop's side as a share of the picture's
WARM_UP = 0.25  # share of the steps without a codebook
SETTLE = 0.8  # from this share of the steps on, no code is restarted
RESTART_EVERY = 10  # steps; a code without a vector in that time is restarted
MEANS_ROUNDS, MEANS_SAMPLES = 8, 256  # k-means that starts the codebook: rounds, and samples encoded for it

LogRow = dict[str, float]


def train(
    pictures: Sequence[Path],
    config: VQGANConfig,
    *,
    seed: int,
    steps: int,
    batch_size: int,
    learning_rate: float,
    threads: int,
) -> tuple[VQGAN, list[LogRow]]:
    """A VQ-GAN for these pictures, in evaluation mode, and one row a step.

    Rows: step, loss, l1, l2 (of pixels in [-1, 1]), commitment (0 while warming up), codes (different ones in the
    batch, 0 while warming up), learning_rate. The same pictures, numbers and threads give the same weights on one
    machine's CPU; the pictures' order counts. Raises BadConfig if the loss stops being a number.

    With more threads than idle cores set OMP_WAIT_POLICY=PASSIVE before the process starts: otherwise OpenMP's threads
    spin while they wait for each other and a step takes ten times as long.
    """
    if config.kind != "vq":
        raise BadConfig(f"kind is {config.kind!r}; training is written for 'vq'", fix="set the kind to vq")
    if not pictures or steps < 1 or batch_size < 1:
        raise BadConfig(f"{len(pictures)} pictures, {steps} steps, batches of {batch_size}: each must be above zero")
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    keep_freed_memory()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            samples = _samples(pictures, config.image_size, seed, limit=min(SAMPLES_MAX, steps * batch_size))
            return _fit(VQGAN(config), samples, steps, batch_size, learning_rate)
    finally:
        torch.set_num_threads(threads_before)


def _samples(pictures: Sequence[Path], size: int, seed: int, limit: int) -> Tensor:
    """Whole pictures and crops of them, squeezed to squares: (samples, 3, size, size), about `limit` at most."""
    chosen = pictures
    if 2 * len(pictures) > limit:
        chosen = Draw(seed, "vqgan", "pictures").sample(pictures, math.ceil(limit / 2), purpose="choice")
    crops = min(limit // len(chosen) - 1, CROPS_MAX)
    found = []
    for path in chosen:
        try:
            with Image.open(path) as file:
                picture = file.convert("RGB")
        except OSError as error:
            raise BadData(f"not a readable picture: {error}", file=path, fix="make or fetch it again") from error
        found.append(picture_to_tensor(picture, size, square=True))
        draw = Draw(seed, "vqgan", path.name)
        found += [picture_to_tensor(_crop(picture, draw, k), size, square=True) for k in range(crops)]
    return torch.stack(found)


def _crop(picture: Image.Image, draw: Draw, number: int) -> Image.Image:
    """A random part of a picture; its sides are CROP_SHARE of the picture's, each drawn for itself."""
    numbers = draw.generator(f"crop {number}")
    width, height = (max(1, round(side * numbers.uniform(*CROP_SHARE))) for side in picture.size)
    left, top = numbers.randint(0, picture.width - width), numbers.randint(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def _batches(count: int, size: int) -> Iterator[Tensor]:
    """Numbers of samples, (size,), without end: each sample once before any comes again."""
    waiting = torch.empty(0, dtype=torch.int64)
    while True:
        while len(waiting) < size:
            waiting = torch.cat([waiting, torch.randperm(count)])
        yield waiting[:size]
        waiting = waiting[size:]


def _fit(
    model: VQGAN, samples: Tensor, steps: int, batch_size: int, learning_rate: float
) -> tuple[VQGAN, list[LogRow]]:
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, betas=(0.9, 0.99), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=learning_rate, total_steps=steps + 1, pct_start=0.1, cycle_momentum=False
    )
    warm_up, settle = int(steps * WARM_UP), int(steps * SETTLE)
    used = torch.zeros(model.config.codes, dtype=torch.int64)  # since the last restart
    log: list[LogRow] = []
    progress = _Progress(steps)
    for step, numbers in zip(range(1, steps + 1), _batches(len(samples), batch_size), strict=False):
        images = samples[numbers]  # (batch, 3, size, size)
        if step == warm_up + 1:
            _start_codebook(model, samples)
        z = model.prequant(images)  # (batch, d, h, w)
        quant, commitment, codes = z, z.new_zeros(()), None
        if step > warm_up:
            quant, commitment, (_, _, codes) = model.quantize(z)  # straight through; codes: (batch * h * w, 1)
        difference = model.reconstruct(quant) - images
        l1, l2 = difference.abs().mean(), difference.square().mean()
        loss = l1 + l2 + commitment
        if not math.isfinite(loss.item()):
            raise BadConfig(
                f"the VQ-GAN's loss is {loss.item()} at step {step} of {steps}",
                fix=f"lower its learning rate (now {learning_rate:g})",
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        row = {"step": step, "loss": loss.item(), "l1": l1.item(), "l2": l2.item(), "commitment": commitment.item()}
        row |= {"codes": 0 if codes is None else len(codes.unique()), "learning_rate": schedule.get_last_lr()[0]}
        log.append(row)
        schedule.step()
        if codes is not None:
            used += torch.bincount(codes.flatten(), minlength=len(used))
            if (step - warm_up) % RESTART_EVERY == 0:
                if step <= settle:
                    _restart(model, used == 0, z.detach())
                used.zero_()
        progress.show(row)
    return model.eval(), log


def _vectors(z: Tensor) -> Tensor:
    """(batch, d, h, w) -> (batch * h * w, d)."""
    return z.permute(0, 2, 3, 1).flatten(0, 2)


@torch.no_grad()
def _start_codebook(model: VQGAN, samples: Tensor) -> None:
    """Fill the codebook with k-means centres of the encoder's outputs; empty centres move to vectors far from all."""
    chosen = samples[torch.randperm(len(samples))[:MEANS_SAMPLES]]
    vectors = torch.cat([_vectors(model.prequant(batch)) for batch in chosen.split(32)])  # (vectors, d)
    count = model.config.codes
    centres = vectors[torch.randint(len(vectors), (count,))]  # (n, d)
    for _ in range(MEANS_ROUNDS):
        distance, nearest = torch.cdist(vectors, centres).min(1)  # both (vectors,)
        sizes = torch.bincount(nearest, minlength=count)
        sums = torch.zeros_like(centres).index_add_(0, nearest, vectors)
        centres = sums / sizes.clamp(min=1)[:, None]
        empty = sizes == 0
        far = distance.square().add(1e-9).multinomial(int(empty.sum()), replacement=True) if empty.any() else []
        centres[empty] = vectors[far]
    model.quantize.embedding.weight.copy_(centres)


@torch.no_grad()
def _restart(model: VQGAN, dead: Tensor, z: Tensor) -> None:
    """Move dead codes, (n,) bool, to vectors of this batch, those far from every code first."""
    if not dead.any():
        return
    vectors, table = _vectors(z), model.quantize.embedding.weight
    distance = torch.cdist(vectors, table).min(1).values
    table[dead] = vectors[distance.square().add(1e-9).multinomial(int(dead.sum()), replacement=True)]


class _Progress:
    """Step, loss and time left on standard error: once a second on a terminal, else every tenth of the steps."""

    def __init__(self, steps: int):
        self._steps, self._terminal = steps, sys.stderr.isatty()
        self._start = self._shown = time.monotonic()

    def show(self, row: LogRow) -> None:
        step, now = int(row["step"]), time.monotonic()
        last = step == self._steps
        if self._terminal:
            due = now - self._shown >= 1
        else:
            due = step * 10 // self._steps > (step - 1) * 10 // self._steps
        if not (due or last):
            return
        self._shown = now
        left = (now - self._start) / step * (self._steps - step)
        line = f"VQ-GAN: step {step}/{self._steps}, loss {row['loss']:.4f}, {row['codes']:.0f} codes, {left:.0f} s left"
        if self._terminal and not last:
            print(line, end="\033[K\r", file=sys.stderr, flush=True)  # the next line overwrites it
        else:
            say(line)
