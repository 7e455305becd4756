"""What the patches of a picture show: what the image encoder of `ofa_nano` learns before OFA's tasks.

The original's ResNet could tell the classes of ImageNet before OFA saw a picture. Ours learns of each patch which thing
is there, with its colour, size, pattern, mood, pose and the sides of its box, and of the whole picture place and sky.
OFA's tasks alone teach it that slowly: an answer of two tokens says little about sixty-four patches.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.miniature.kinds import COLOURS, KINDS, MOODS, PATTERNS, PLACES, POSES, SKIES
from workflow_scripts.miniature.scenes import SIDES, Scene, Thing
from workflow_scripts.models.batches import Pictures
from workflow_scripts.models.ofa.resnet import ResNet
from workflow_scripts.progress import track

NOTHING = "nothing"
OF_PATCHES = {
    "category": (*KINDS, NOTHING),
    "colour": tuple(COLOURS),
    "size": tuple(SIDES),
    "pattern": ("plain", *PATTERNS),
    "mood": MOODS,
    "pose": POSES,
}
OF_PICTURES = {"place": tuple(PLACES), "sky": tuple(SKIES)}
UNKNOWN = -100  # a class that a patch does not have, or that nobody can tell; no loss is taken there
STRIDE = 16  # pixels along a side of a patch
BOXES = 16  # weight of a box's sides, which are shares of the picture's, beside the classes' losses
HELD_OUT = 50  # of so many pictures one is not learnt from


class Shown(NamedTuple):
    """What a picture shows, as numbers."""

    patches: np.ndarray  # int64 (len(OF_PATCHES), side, side): classes
    edges: np.ndarray  # float32 (4, side, side): left, top, right, bottom of the thing's box, from the patch's centre
    picture: np.ndarray  # int64 (len(OF_PICTURES),): classes


def shown(scene: Scene, side: int) -> Shown:
    """What each of side * side patches shows: the thing whose box its centre lies in, the later one of two.

    A thing too small to hold a centre has the patch that its own centre lies in. Crowds are of no category.
    """
    patches = np.full((len(OF_PATCHES), side, side), UNKNOWN)
    patches[0] = len(KINDS)
    edges = np.zeros((4, side, side), np.float32)
    x, y = (np.arange(side) + 0.5) * scene.width / side, (np.arange(side) + 0.5) * scene.height / side
    across, down = np.meshgrid(x, y)
    for thing in (*scene.crowds, *scene.things):
        x0, y0, x1, y1 = thing.box
        inside = (x0 <= across) & (across <= x1) & (y0 <= down) & (down <= y1)
        if not isinstance(thing, Thing):
            patches[:, inside] = UNKNOWN
            continue
        middle, height = thing.centre
        inside[int(height * side / scene.height), int(middle * side / scene.width)] = True
        patches[:, inside] = _numbers(thing, OF_PATCHES)[:, None]
        edges[:, inside] = [
            (across[inside] - x0) / scene.width, (down[inside] - y0) / scene.height,
            (x1 - across[inside]) / scene.width, (y1 - down[inside]) / scene.height,
        ]  # fmt: skip
    return Shown(patches, edges, _numbers(scene, OF_PICTURES))


def _numbers(of: Thing | Scene, classes: Mapping[str, Sequence[str]]) -> np.ndarray:
    """Which of each kind of class it has."""
    has = [(names, getattr(of, what)) for what, names in classes.items()]
    return np.array([names.index(own) if own else UNKNOWN for names, own in has])


class Heads(nn.Module):
    """From feature maps (B, C, side, side) to what is asked of patches and pictures."""

    def __init__(self, channels: int):
        super().__init__()
        self.patches = nn.Conv2d(channels, 4 + sum(map(len, OF_PATCHES.values())), 1)
        self.picture = nn.Linear(channels, sum(map(len, OF_PICTURES.values())))

    def forward(self, features: Tensor) -> tuple[list[Tensor], Tensor]:
        """Scores (B, classes, ...) of each of OF_PATCHES and OF_PICTURES, and edges (B, 4, side, side)."""
        edges, *patches = self.patches(features).split([4, *map(len, OF_PATCHES.values())], 1)
        pictures = self.picture(features.mean((2, 3))).split([*map(len, OF_PICTURES.values())], 1)
        return [*patches, *pictures], edges


def train(
    encoder: ResNet, scenes: Mapping[str, Scene], pictures: Pictures, *,
    seed: int, steps: int, batch_size: int, learning_rate: float, threads: int,
) -> dict[str, float]:  # fmt: skip
    """Train the encoder on scenes, each under the name that `pictures` has for its picture.

    Returns, of each class, which share is right in pictures that were held out. Where nothing is does not count.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    torch.manual_seed(seed)
    rows = [{"image": image, "mask": None} for image in scenes]
    labels = [torch.from_numpy(np.stack(c)) for c in zip(*(shown(s, pictures.size // STRIDE) for s in scenes.values()))]
    everything = torch.arange(len(rows))
    held_out, learnt = everything[::HELD_OUT], everything[everything % HELD_OUT > 0]
    heads = Heads(encoder.out_channels)
    parameters = [*encoder.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, learning_rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps + 1, pct_start=0.1)
    encoder.train()
    for _ in track(range(steps), "image encoder", unit="steps"):
        at = learnt[torch.randint(len(learnt), (batch_size,))]
        scores, edges = heads(encoder(pictures.batch([rows[i] for i in at])["pixel_values"]))
        loss = _loss(scores, edges, *(column[at] for column in labels))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    right, asked = torch.zeros(2, len(OF_PATCHES) + len(OF_PICTURES))
    encoder.eval()
    for at in held_out.split(batch_size):
        with torch.no_grad():
            scores, _ = heads(encoder(pictures.batch([rows[i] for i in at])["pixel_values"]))
        patches, _, picture = (column[at] for column in labels)
        for number, (score, true) in enumerate(zip(scores, _known(patches, picture))):
            counts = true != UNKNOWN if number else (true != UNKNOWN) & (true != len(KINDS))
            right[number] += ((score.argmax(1) == true) & counts).sum()
            asked[number] += counts.sum()
    return dict(zip((*OF_PATCHES, *OF_PICTURES), (right / asked.clamp(min=1)).tolist()))


def _known(patches: Tensor, picture: Tensor) -> list[Tensor]:
    return [*patches.unbind(1), *picture.unbind(1)]


def _loss(scores: list[Tensor], edges: Tensor, patches: Tensor, true_edges: Tensor, picture: Tensor) -> Tensor:
    losses = [
        F.cross_entropy(score, true, ignore_index=UNKNOWN)
        for score, true in zip(scores, _known(patches, picture)) if (true != UNKNOWN).any()
    ]  # fmt: skip
    things = (patches[:, 1] != UNKNOWN).unsqueeze(1)  # has a colour
    off = ((edges - true_edges).abs() * things).sum() / (4 * things.sum()).clamp(min=1)
    return torch.stack(losses).sum() + BOXES * off
