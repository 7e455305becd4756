"""What unseen tasks are evaluated on, and whether something to train on is that, too.

A picture is held out under its name and all numbers it is known by, also through others: Visual7W's by Visual Genome's
number, that by MS COCO's and Flickr's. Where two pictures have no kind of number in common, their hashes decide.

A text is held out in normal form, if it has at least WORDS words: shorter ones ("What colour is the car?") are
everybody's, and ask about another picture.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.separation.picture_hash import as_words, near

WORDS = 8
REASONS = ("id", "hash", "text")
_ARTICLES = {"a", "an", "the"}


def normal_text(text: str | None) -> str | None:
    """Lower case, without punctuation and articles; None if that is shorter than WORDS words.

    >>> normal_text("There is a blue circle, left of the two yellow squares.")
    'there is blue circle left of two yellow squares'
    """
    words = [w for w in re.sub(r"[^\w]+", " ", (text or "").lower()).split() if w not in _ARTICLES]
    return " ".join(words) if len(words) >= WORDS else None


def pictures_of(instance: Mapping) -> list[str]:
    """The names of an instance's pictures: the one that is shown, and the one that is to be made."""
    return [image for image in (instance["image"], instance["target_image"]) if image is not None]


def held_out(
    instances: Iterable[tuple[str, Iterable[Mapping]]], fingerprints: Mapping[str, Mapping]
) -> Iterator[dict]:  # fmt: skip
    """Rows of schemas.HELD_OUT, each once.

    instances: of each unseen task its test instances. fingerprints: of all pictures, also of those that are trained on,
    since they tell which numbers are of one photograph.
    """
    same = _same_photograph(fingerprints.values())
    for task, rows in instances:
        seen: set[tuple[str, str]] = set()
        for row in _of_task(rows, fingerprints, same):
            if (row["kind"], row["value"]) not in seen:
                seen.add((row["kind"], row["value"]))
                yield {"task": task, **row}


def _of_task(
    rows: Iterable[Mapping], fingerprints: Mapping[str, Mapping], same: Mapping[str, set[str]]
) -> Iterator[dict]:
    for instance in rows:
        for image in pictures_of(instance):
            found = fingerprint_of(image, fingerprints)
            ids = set().union(*(same.get(i, {i}) for i in found["ids"]))
            yield from ({"kind": "id", "value": value, "kinds": []} for value in (image, *sorted(ids)))
            if found["hash"] is not None:
                yield {"kind": "hash", "value": found["hash"].hex(), "kinds": sorted(_kinds(ids))}
        if text := normal_text(instance["text"]):
            yield {"kind": "text", "value": text, "kinds": []}


def fingerprint_of(image: str, fingerprints: Mapping[str, Mapping]) -> Mapping:
    if image not in fingerprints:
        raise BadData(f"no fingerprint of picture {image}", fix="this is a defect: report it")
    return fingerprints[image]


def _kinds(ids: Iterable[str]) -> set[str]:
    return {value.partition(":")[0] for value in ids}


def _same_photograph(fingerprints: Iterable[Mapping]) -> dict[str, set[str]]:
    """For each number all that are of the same photograph, itself among them."""
    same: dict[str, set[str]] = {}
    for fingerprint in fingerprints:
        joined = set(fingerprint["ids"]).union(*(same.get(i, ()) for i in fingerprint["ids"]))
        for value in joined:
            same[value] = joined
    return same


class HeldOut:
    """What may not be trained on, as a table of schemas.HELD_OUT has it."""

    def __init__(self, path: Path):
        self._exact: dict[tuple[str, str], set[str]] = defaultdict(set)  # (kind, value) -> unseen tasks
        hashes: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
        for row in schemas.read(path, schemas.HELD_OUT):
            if row["kind"] == "hash":
                hashes[row["value"], frozenset(row["kinds"])].add(row["task"])
            else:
                self._exact[row["kind"], row["value"]].add(row["task"])
        self._hashes = as_words([bytes.fromhex(value) for value, _ in hashes])
        self._owners = [(kinds, tasks) for (_, kinds), tasks in hashes.items()]
        self._known: dict[str, set[tuple[str, str]]] = {}

    def leaks(self, instance: Mapping, fingerprints: Mapping[str, Mapping]) -> set[tuple[str, str]]:
        """(unseen task, reason) for all that the instance has in common with what is held out; a reason of REASONS.

        instance: a row that has image, target_image and text. fingerprints: of its pictures at least.
        """
        found = set()
        for image in pictures_of(instance):
            if image not in self._known:
                self._known[image] = self._of_picture(fingerprint_of(image, fingerprints))
            found |= self._known[image]
        text = normal_text(instance["text"])
        return found | {(task, "text") for task in self._exact.get(("text", text), ())}

    def _of_picture(self, fingerprint: Mapping) -> set[tuple[str, str]]:
        names = (fingerprint["image"], *fingerprint["ids"])
        found = {(task, "id") for value in names for task in self._exact.get(("id", value), ())}
        if fingerprint["hash"] is None or not self._owners:
            return found
        [words] = as_words([fingerprint["hash"]])
        kinds = _kinds(fingerprint["ids"])
        for at in near(words, self._hashes):
            others, tasks = self._owners[at]
            if not kinds & others:  # else their numbers decide
                found |= {(task, "hash") for task in tasks}
        return found
