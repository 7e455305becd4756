"""Make what `ofa_nano` is pre-trained on: pictures, its text BPE and VQ-GAN, shards of token ids."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice
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
    COURSES,
    UNIVERSE,
    Course,
    Drawn,
    Sample,
    begun_strings,
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
    *, seed: int, amounts: dict, symbols: int, vqgan: dict, threads: int,
    manifest: list[Out], tokenizer: list[Out], codes: list[Out], shards: list[Out],
) -> str:  # fmt: skip
    """Draw the pictures beside the manifest, and write all that is made of them.

    amounts: of each of the four how many `texts`, and of the two courses how many `pictures`. symbols: of the BPE.
    vqgan: its model's fields as `model`, and how it is trained. tokenizer: encoder.json, vocab.bpe, dict.txt.
    codes: the VQ-GAN's config.json and model.safetensors. shards: what each of `copying`, `first`, `picking` and
    `further` is trained on, and what is held out of the first course.
    """
    import torch

    from workflow_scripts.models.vqgan import VQGANConfig
    from workflow_scripts.tokens import bpe
    from workflow_scripts.training.vqgan import train

    torch.set_num_threads(threads)
    folder, files = manifest[0].parent, {path.stem: path for path in shards}
    pictures = range(amounts["first"]["pictures"])
    drawn = list(_drawn(seed, pictures, COURSES["first"], folder))
    told = list(text_samples(seed, amounts["first"]["texts"]))
    sample_texts = [text for d in drawn[:CORPUS] for s in d.samples for text in (s.source, s.target or "")]
    said = [_PLACED.sub("", text) for text in (*sample_texts, *(s.source for s in told))]
    made = bpe.train((*said, *_instructions()), symbols=symbols, folder=tokenizer[0].parent)
    how = {name: value for name, value in vqgan.items() if name != "model"}
    paths = [folder / picture_path(index) for index in pictures[:CODED]]
    trained, _ = train(paths, VQGANConfig(**vqgan["model"]), seed=seed, threads=threads, **how)
    trained.save(codes[0].parent)

    spell = Spelling(seed, bpe.TextTokenizer(tokenizer[0].parent), trained, folder)
    with (
        schemas.Writer(files["first"], schemas.SHARDS) as kept,
        schemas.Writer(files["validation"], schemas.SHARDS) as held_out,
    ):
        spelt = spell(track([*drawn, *_alone(told)], "spell", unit="pictures and texts"))
        for number, rows in enumerate(spelt):
            for row in rows:
                (held_out if number % VALIDATION_EVERY == 0 else kept).add(row)
    written = {"first": kept.rows}
    words = sorted({word for line in said for word in line.split()})
    copied, begun = strings(seed, words), begun_strings(seed, words)
    others = range(len(pictures), len(pictures) + amounts["further"]["pictures"])
    for name, shown, texts in (
        ("copying", (), copied),
        ("picking", (), begun),
        ("further", _drawn(seed, others, COURSES["further"], folder), begun),
    ):
        found = chain(shown, _alone(islice(texts, amounts[name]["texts"])))
        with schemas.Writer(files[name], schemas.SHARDS) as writer:
            for row in chain.from_iterable(spell(found)):
                writer.add(row)
        written[name] = writer.rows
    Manifest(dataset=UNIVERSE).write(manifest[0])
    return f"{', '.join(f'{rows} samples to train {name}' for name, rows in written.items())}, {made} symbols"


def _drawn(seed: int, indexes: Sequence[int], course: Course, folder: Path) -> Iterator[Drawn]:
    """Every picture's samples; the picture is saved, and forgotten."""
    for index in track(indexes, "draw", unit="pictures"):
        image, drawn = picture(seed, index, course)
        with replacing(folder / picture_path(index)) as part:
            part.write_bytes(jpeg(image))
        yield drawn


def _instructions() -> Iterator[str]:
    """The words of all instructions, for the BPE alone: no sample has them."""
    for task in load_tasks().values():
        for template in () if task.own_instruction else load_templates(task):
            yield SLOT.sub("", template)


def _alone(told: Iterable[Sample]) -> Iterator[Drawn]:
    """Texts without a picture, each for itself."""
    return (Drawn((sample,)) for sample in told)


class Spelling:
    """From samples to rows of schemas.SHARDS. All that it is given is numbered; masks are drawn by number."""

    def __init__(self, seed: int, text, vqgan, folder: Path):
        self._seed, self._text, self._vqgan, self._folder, self._numbers = seed, text, vqgan, folder, count()

    def __call__(self, several: Iterable[Drawn]) -> Iterator[list[dict]]:
        """The rows of each."""
        for drawn in several:
            number = next(self._numbers)
            draw = random.Random(keyed_number("pretraining masks", self._seed, number))
            yield [self._row(f"{number}/{at}", s, drawn, draw) for at, s in enumerate(drawn.samples)]

    def _row(self, name: str, sample: Sample, drawn: Drawn, draw: random.Random) -> dict:
        text = self._text
        if sample.target is None:
            target = [text.vocabulary.first_code + code for code in self._codes(sample, drawn.index)]
        else:
            target = text.encode(sample.target)
        shown = drawn.size is not None and not sample.hides
        width, height = drawn.size if shown else (None, None)
        return dict.fromkeys(schemas.SHARDS.names) | {
            "instance_id": f"{UNIVERSE}/{name}",
            "sources": [source_ids(sample, text, draw)],
            "target": target,
            "target_is_code": sample.target is None,
            "truncated": 0,
            "target_text": sample.target,
            "references": [],
            "options": [],
            "image": f"{UNIVERSE}/{picture_path(drawn.index)}" if shown else None,
            "width": width,
            "height": height,
            "mask": sample.mask,
            "subtask": sample.task,
        }

    def _codes(self, sample: Sample, index: int) -> list[int]:
        """Of what is hidden of a picture."""
        from workflow_scripts.models.vqgan import picture_to_tensor

        hidden = open_picture(self._folder / picture_path(index)).crop(tuple(map(round, sample.mask)))
        pixels = picture_to_tensor(hidden.convert("RGB"), self._vqgan.config.image_size, square=True)
        return self._vqgan.encode(pixels[None]).flatten().tolist()


if __name__ == "__main__":
    run_stage(main, memo=False)  # gigabytes that only a pre-training needs
