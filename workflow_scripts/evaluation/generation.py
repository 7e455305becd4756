"""A model's answers to unseen tasks, every instance under every instruction.

Three modes. `free`: beam search over the whole vocabulary. Where an instance has options, also `constrained`: the same,
but nothing can be written that leads to no option; and `ranked`: the option of the highest probability, which is
shared among the options at each token.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import torch

from workflow_scripts import schemas
from workflow_scripts.models.batches import Pictures, source_ids
from workflow_scripts.models.ofa.beam_search import Search, option_scores, search
from workflow_scripts.models.ofa.modeling import OFAForConditionalGeneration
from workflow_scripts.models.ofa.trie import Trie
from workflow_scripts.progress import Progress
from workflow_scripts.tokens.bpe import TextTokenizer

T = TypeVar("T")
FREE, CONSTRAINED, RANKED = "free", "constrained", "ranked"
BATCHES_A_GROUP = 16  # are sorted by length together; their pictures' features are held at once


@dataclass(frozen=True)
class Settings:
    """How to generate; from the config's section `evaluation`, where each value is explained."""

    beams: int
    max_length: int
    no_repeat_ngram: int
    batch_size: int
    image_size: int
    modes: Sequence[str] = (FREE,)
    bf16: bool = False


@dataclass(frozen=True)
class Question:
    """An instance under one of its instructions. picture: position among the group's pictures, None without one."""

    row: Mapping
    instruction: int
    picture: int | None

    @property
    def source(self) -> Sequence[int]:
        return self.row["sources"][self.instruction]


class Answerer:
    """A model that answers rows of schemas.SHARDS; on the graphics card, where there is one."""

    def __init__(
        self, model: OFAForConditionalGeneration, text: TextTokenizer, pictures: Pictures, settings: Settings
    ):  # fmt: skip
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._type = torch.bfloat16 if settings.bf16 else torch.float32
        self._model = model.eval().to(self._device, self._type)
        self._text, self._pictures, self._settings = text, pictures, settings

    def predict(self, task: str, shards: Sequence[Path], path: Path, parts: Path) -> None:
        """Write the predictions of one task.

        parts: a folder of this model, task and settings alone, which is gone once the whole is there. A killed
        evaluation left in it what was done, a group of instances a file, and goes on from there.
        """
        done: list[Path] = []
        with Progress(f"evaluate {task}", unit="instances", total=sum(map(schemas.rows_of, shards))) as progress:
            for number, group in enumerate(_groups(_rows(shards), self._settings.batch_size * BATCHES_A_GROUP)):
                done.append(parts / f"{number:05}.parquet")
                if not done[-1].exists():
                    schemas.write(self._predictions(task, group), schemas.PREDICTIONS, done[-1])
                progress.update(len(group))
        whole = chain.from_iterable(schemas.read(part, schemas.PREDICTIONS) for part in done)
        schemas.write(whole, schemas.PREDICTIONS, path)
        if done:
            shutil.rmtree(parts)

    def _predictions(self, task: str, rows: Sequence[Mapping]) -> Iterator[dict]:
        """Of each mode, in the order of rows and their instructions."""
        for mode in self._settings.modes:
            asked = [row for row in rows if mode == FREE or row["options"]]
            outputs = self.outputs(asked, mode)
            for row, several in zip(asked, outputs):
                for instruction, output in enumerate(several):
                    yield {
                        "task": task,
                        "subtask": row["subtask"],
                        "instance_id": row["instance_id"],
                        "instruction": instruction,
                        "mode": mode,
                        "output": output,
                        "target": row["target_text"],
                        "references": row["references"],
                        "options": row["options"],
                    }

    @torch.no_grad()
    def outputs(self, rows: Sequence[Mapping], mode: str = FREE) -> list[list[str]]:
        """What the model writes for each row under each of its instructions.

        Each picture goes through the image encoder once; sources of about one length share a batch.
        """
        first_rows, places = [], {}  # of each picture, and the position of each
        for row in rows:
            if row["image"] is not None and _seen(row) not in places:
                places[_seen(row)] = len(first_rows)
                first_rows.append(row)
        features = self._features(first_rows)
        questions = [
            Question(row, instruction, places.get(_seen(row)))
            for row in rows for instruction in range(len(row["sources"]))
        ]  # fmt: skip
        order = sorted(range(len(questions)), key=lambda i: (questions[i].picture is None, len(questions[i].source)))
        written: dict[int, str] = {}
        for kind in (True, False):
            chosen = [i for i in order if (questions[i].picture is not None) == kind]
            for batch in _batches(chosen, self._settings.batch_size):
                written |= zip(batch, self._answer([questions[i] for i in batch], features, mode))
        in_order = iter(range(len(questions)))
        return [[written[next(in_order)] for _ in row["sources"]] for row in rows]

    def _features(self, rows: Sequence[Mapping]) -> torch.Tensor | None:
        """Feature maps (pictures, C, h, w) of each row's picture; None of no rows."""
        maps = [
            self._model.get_image_features(self._pictures.batch(batch)["pixel_values"].to(self._device, self._type))
            for batch in _batches(rows, self._settings.batch_size)
        ]
        return torch.cat(maps) if maps else None

    def _answer(self, questions: Sequence[Question], features: torch.Tensor | None, mode: str) -> list[str]:
        """One batch, all with a picture or all without."""
        inputs = {"input_ids": source_ids([q.source for q in questions]).to(self._device)}
        if questions[0].picture is not None:
            inputs["image_features"] = features[torch.tensor([q.picture for q in questions], device=self._device)]
        if mode == FREE:
            settings = self._settings
            how = Search(
                beams=settings.beams, max_len_b=settings.max_length - 2, no_repeat_ngram=settings.no_repeat_ngram
            )  # fmt: skip
            return [self._text.decode(found[0].tokens) for found in search(self._model, how, **inputs)]
        options = [[self._text.encode(option) for option in q.row["options"]] for q in questions]
        if mode == CONSTRAINED:
            longest = max(len(ids) for several in options for ids in several)
            how = Search(beams=self._settings.beams, max_len_b=longest, trie=[Trie(several) for several in options])
            chosen = [
                several.index(found[0].tokens[:-1])
                for several, found in zip(options, search(self._model, how, **inputs))
            ]  # fmt: skip
        else:
            chosen = [int(scores.argmax()) for scores in option_scores(self._model, options, **inputs)]
        return [q.row["options"][at] for q, at in zip(questions, chosen)]


def _rows(shards: Iterable[Path]) -> Iterator[dict]:
    for shard in shards:
        yield from schemas.read(shard, schemas.SHARDS)


def _groups(rows: Iterable[Mapping], size: int) -> Iterator[list[Mapping]]:
    """Neighbours with about `size` sources together."""
    group, sources = [], 0
    for row in rows:
        group.append(row)
        sources += len(row["sources"])
        if sources >= size:
            yield group
            group, sources = [], 0
    if group:
        yield group


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))


def _seen(row: Mapping) -> tuple:
    """What is seen of a picture."""
    return row["image"], None if row["mask"] is None else tuple(row["mask"])
