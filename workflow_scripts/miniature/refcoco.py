"""RefCOCO, RefCOCO+ and RefCOCOg in miniature: expressions that name one thing of a COCO picture each."""

import json
import pickle
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.miniature import language
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.mscoco import IDS_PER_IMAGE, INFO, LICENSES, image_entry, instances
from workflow_scripts.miniature.scenes import Scene, Thing
from workflow_scripts.miniature.universes import Picture, coco_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("refcoco", "mscoco_train")  # sizes of config.miniature
COCO_SPLIT = "train2014"
REFS, SENTENCES = 3, 3  # a picture and a reference, at most
APART = 12  # pixels between the outermost thing and the next one of its category


@dataclass(frozen=True)
class _Variant:
    """One of the three datasets."""

    refs: str  # its file of references
    splits: Mapping[int, str]  # by a picture's index modulo 20; the others are train
    expressions: Callable[[Thing, Scene, random.Random], list[str]]


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write refcoco.zip, refcoco+.zip and refcocog.zip; all three refer to the same pictures."""
    pictures = list(coco_pictures(seed, COCO_SPLIT, min(sizes["refcoco"], sizes["mscoco_train"])))
    for name, variant in _VARIANTS.items():
        refs = list(_numbered(_refs(seed, name, variant, pictures)))
        members = {
            f"{name}/{variant.refs}": _pickled(refs),
            f"{name}/instances.json": json_bytes(_instances(pictures, {ref["image_id"] for ref in refs})),
        }
        write_zip(folder / f"{name}.zip", members.items())


def _pickled(refs: list[dict]) -> bytes:
    """The list as new objects: a pickle's bytes depend on which of its equal strings are one object."""
    return pickle.dumps(json.loads(json.dumps(refs)), protocol=2)


def _instances(pictures: list[Picture], referred: set[int]) -> dict:
    content = instances(pictures, COCO_SPLIT)
    return {
        "info": INFO,
        "images": [image_entry(p, COCO_SPLIT) for p in pictures if p.image_id in referred],
        "licenses": LICENSES,
        "annotations": [a for a in content["annotations"] if a["image_id"] in referred],
        "categories": content["categories"],
    }


def _refs(seed: int, name: str, variant: _Variant, pictures: list[Picture]) -> Iterator[dict]:
    for index, p in enumerate(pictures):
        draw = random.Random(keyed_number("miniature refcoco", name, seed, p.image_id))
        large_enough = [(n, t) for n, t in enumerate(p.scene.things) if t.size != "tiny"]
        for number, thing in draw.sample(large_enough, min(REFS, len(large_enough))):
            found = list(dict.fromkeys(variant.expressions(thing, p.scene, draw)))
            chosen = draw.sample(found, min(draw.randint(1, SENTENCES), len(found)))
            yield {
                "sentences": [_sentence(sentence, draw) for sentence in chosen],
                "file_name": f"COCO_{COCO_SPLIT}_{p.image_id:012d}_{number}.jpg",
                "ann_id": p.image_id * IDS_PER_IMAGE + number,
                "image_id": p.image_id,
                "split": variant.splits.get(index % 20, "train"),
                "category_id": thing.kind.coco_id,
            }


def _sentence(sentence: str, draw: random.Random) -> dict:
    """`sent` is tidy, `raw` is as it was typed."""
    raw = draw.choice((sentence, sentence, sentence.upper(), f"{language.capital(sentence)}.", f"{sentence} "))
    return {"tokens": sentence.split(), "raw": raw, "sent": sentence}


def _numbered(refs: Iterator[dict]) -> Iterator[dict]:
    """With ids of references and sentences that count from 0, in each dataset anew."""
    first = 0
    for ref_id, ref in enumerate(refs):
        sentences = [{**s, "sent_id": sent_id} for sent_id, s in enumerate(ref["sentences"], start=first)]
        first += len(sentences)
        yield {**ref, "ref_id": ref_id, "sentences": sentences, "sent_ids": [s["sent_id"] for s in sentences]}


def _looks(thing: Thing, scene: Scene, draw: random.Random) -> list[str]:
    """RefCOCO+'s players were not allowed to say where the thing is."""
    alike = [t for t in scene.of(thing.category) if t is not thing]
    found = [language.name(thing, scene)]
    if all(t.colour != thing.colour for t in alike):
        found += [language.described(thing), f"the {language.described(thing)}"]
    else:
        found.append(f"the {language.described(thing, size=True)}")
    if thing.category == "person":
        if all(t.mood != thing.mood for t in alike):
            found.append(f"the {language.MOOD_ADJECTIVES[thing.mood]} person")
        if all(t.pose != thing.pose for t in alike):
            found.append(f"person {thing.pose}")
    elif thing.pattern != "plain" and all(t.pattern != thing.pattern for t in alike):
        found.append(f"{thing.pattern} {thing.category}")
    return found


def _looks_and_sides(thing: Thing, scene: Scene, draw: random.Random) -> list[str]:
    """RefCOCO's players said it as shortly as they could."""
    alike = [t for t in scene.of(thing.category) if t is not thing]
    found = _looks(thing, scene, draw)[:2]
    for axis, sides in enumerate((("left", "right"), ("top", "bottom"))):
        for side, sign in zip(sides, (1, -1)):
            if alike and all(sign * (t.centre[axis] - thing.centre[axis]) >= APART for t in alike):
                found += [f"{side} {thing.category}", f"{thing.category} on the {side}"]
    return found


def _phrases(thing: Thing, scene: Scene, draw: random.Random) -> list[str]:
    """RefCOCOg's annotators wrote whole phrases."""
    return language.phrases(thing, scene, draw)


# RefCOCOg partitions the photos anew: some that it trains on are in the others' val, and the other way round.
_UNC = {5: "val", 15: "val", 3: "testA", 13: "testB"}
_UMD = {5: "val", 10: "val", 3: "test", 8: "test"}
_VARIANTS = {
    "refcoco": _Variant("refs(unc).p", _UNC, _looks_and_sides),
    "refcoco+": _Variant("refs(unc).p", _UNC, _looks),
    "refcocog": _Variant("refs(umd).p", _UMD, _phrases),
}
