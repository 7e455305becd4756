"""The whole miniature world: every dataset's archives under their official names."""

from collections.abc import Callable, Mapping
from pathlib import Path

from workflow_scripts.miniature import mscoco, natural_instructions, nlvr, tdiuc, visual7w, visual_genome

DATASETS: dict[str, Callable[[int, Mapping[str, int], Path], None]] = {
    "mscoco": mscoco.write,
    "visual_genome": visual_genome.write,
    "visual7w": visual7w.write,
    "tdiuc": tdiuc.write,
    "nlvr": nlvr.write,
    "natural_instructions": natural_instructions.write,
}


def build(seed: int, sizes: Mapping[str, int], out: Path) -> None:
    """Write out/<dataset>/<archive> for every dataset.

    sizes: pictures under mscoco_train, mscoco_val, visual_genome, visual7w; the most pictures of a COCO split that
    TDIUC asks about under tdiuc; for nlvr and natural_instructions see their modules.
    """
    for dataset, write in DATASETS.items():
        write(seed, sizes, out / dataset)
