"""Make what `ofa_nano` is pre-trained on: pictures, its text BPE and VQ-GAN, shards of token ids."""

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.files import replacing
from workflow_scripts.instructions.templates import SLOT, load_templates
from workflow_scripts.miniature.drawing import jpeg
from workflow_scripts.pictures import open_picture
from workflow_scripts.progress import track
from workflow_scripts.randomness import keyed_number
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.stages.entry import Out, run_stage
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.training.pretraining import (
    UNIVERSE,
    Drawn,
    picture,
    picture_path,
    source_ids,
    strings,
    text_samples,
)

VALIDATION_EVERY = 100  # pictures; of texts as many
CORPUS, CODED = 4000, 1500  # first pictures whose texts the BPE is trained on, and that the VQ-GAN is trained on
_PLACED = re.compile(r"(<bin_\d+> ?)+")


def main(
    *, seed: int, pictures: int, texts: int, random_texts: int, symbols: int, vqgan: dict, threads: int,
    manifest: list[Out], tokenizer: list[Out], codes: list[Out], shards: list[Out], copying: list[Out],
) -> str:  # fmt: skip
    """Draw the pictures beside the manifest, and write all that is made of them.

    pictures, texts, random_texts: how many. symbols: of the BPE. vqgan: its model's fields as `model`, and how it is
    trained. tokenizer: encoder.json, vocab.bpe, dict.txt. codes: the VQ-GAN's config.json and model.safetensors.
    shards: what is trained on, and what is held out. copying: what is trained on before.
    """
    import torch

    from workflow_scripts.models.vqgan import VQGANConfig
    from workflow_scripts.tokens import bpe
    from workflow_scripts.training.vqgan import train

    torch.set_num_threads(threads)
    folder = manifest[0].parent
    drawn = list(_drawn(seed, pictures, folder))
    told = list(text_samples(seed, texts))
    sample_texts = [text for d in drawn[:CORPUS] for s in d.samples for text in (s.source, s.target or "")]
    said = [_PLACED.sub("", text) for text in (*sample_texts, *(s.source for s in told))]
    made = bpe.train((*said, *_instructions()), symbols=symbols, folder=tokenizer[0].parent)
    how = {name: value for name, value in vqgan.items() if name != "model"}
    paths = [folder / picture_path(index) for index in range(min(pictures, CODED))]
    trained, _ = train(paths, VQGANConfig(**vqgan["model"]), seed=seed, threads=threads, **how)
    trained.save(codes[0].parent)

    text = bpe.TextTokenizer(tokenizer[0].parent)
    with schemas.Writer(shards[0], schemas.SHARDS) as kept, schemas.Writer(shards[1], schemas.SHARDS) as held_out:
        for index, one in enumerate(track([*drawn, *_alone(told)], "spell", unit="pictures and texts")):
            writer = held_out if index % VALIDATION_EVERY == 0 else kept
            for row in _rows(index, one, text, trained, seed, folder):
                writer.add(row)
    words = sorted({word for line in said for word in line.split()})
    with schemas.Writer(copying[0], schemas.SHARDS) as writer:
        copied = _alone(strings(seed, words, random_texts))
        for index, one in enumerate(copied, start=len(drawn) + len(told)):
            for row in _rows(index, one, text, trained, seed, folder):
                writer.add(row)
    Manifest(dataset=UNIVERSE).write(manifest[0])
    return f"{kept.rows} samples to train on, {held_out.rows} held out, {made} symbols"


def _drawn(seed: int, pictures: int, folder: Path) -> Iterator[Drawn]:
    """Every picture's samples; the picture is saved, and forgotten."""
    for index in track(range(pictures), "draw", unit="pictures"):
        image, drawn = picture(seed, index)
        with replacing(folder / picture_path(index)) as part:
            part.write_bytes(jpeg(image))
        yield drawn


def _instructions() -> Iterator[str]:
    """The words of all instructions, for the BPE alone: no sample has them."""
    for task in load_tasks().values():
        for template in () if task.own_instruction else load_templates(task):
            yield SLOT.sub("", template)


def _alone(told: Iterable) -> list[Drawn]:
    """Texts without a picture, each for itself."""
    return [Drawn((sample,)) for sample in told]


def _rows(index: int, drawn: Drawn, text, vqgan, seed: int, folder: Path) -> Iterator[dict]:
    """The rows of schemas.SHARDS of one picture's samples."""
    from workflow_scripts.models.vqgan import picture_to_tensor

    draw = random.Random(keyed_number("pretraining masks", seed, index))
    for number, sample in enumerate(drawn.samples):
        if sample.target is None:
            hidden = open_picture(folder / picture_path(index)).crop(tuple(map(round, sample.mask)))
            pixels = picture_to_tensor(hidden.convert("RGB"), vqgan.config.image_size, square=True)
            target = [text.vocabulary.first_code + code for code in vqgan.encode(pixels[None]).flatten().tolist()]
        else:
            target = text.encode(sample.target)
        shown = drawn.size is not None and not sample.masked
        width, height = drawn.size if shown else (None, None)
        yield dict.fromkeys(schemas.SHARDS.names) | {
            "instance_id": f"{UNIVERSE}/{index}/{number}",
            "sources": [source_ids(sample, text, draw)],
            "target": target,
            "target_is_code": sample.target is None,
            "truncated": 0,
            "target_text": sample.target,
            "references": [],
            "options": [],
            "image": f"{UNIVERSE}/{picture_path(index)}" if shown else None,
            "width": width,
            "height": height,
            "mask": sample.mask,
            "subtask": sample.task,
        }


if __name__ == "__main__":
    run_stage(main, memo=False)  # gigabytes that only a pre-training needs
