"""VCR in miniature: the native form, and answers that are true of the people whom the boxes name."""

import json
import zipfile
from collections import Counter
from itertools import islice

import pytest

from workflow_scripts.miniature import vcr

COUNT = 120
LABELS = {f"{kind}_{end}" for kind in ("answer", "rationale") for end in ("label", "orig", "sources", "match_iter")}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> tuple[dict[str, list[dict]], dict[str, dict]]:
    """Questions by split, and the metadata of stills by their path."""
    folder = tmp_path_factory.mktemp("vcr")
    vcr.write(0, {"vcr": COUNT}, folder)
    with zipfile.ZipFile(folder / "vcr1annots.zip") as archive:
        names = {split: f"{split}.jsonl" for split in ("test", "train", "val")}
        assert archive.namelist() == list(names.values())
        questions = {s: [json.loads(line) for line in archive.read(n).splitlines()] for s, n in names.items()}
    with zipfile.ZipFile(folder / "vcr1images.zip") as archive:
        names = [n.removeprefix("vcr1images/") for n in archive.namelist()]
        metadata = {n: json.loads(archive.read(f"vcr1images/{n}")) for n in names if n.endswith(".json")}
        assert set(names) - set(metadata) == {f"{n.removesuffix('.json')}.jpg" for n in metadata}
    return questions, metadata


def mentions(q: dict) -> list[list[int]]:
    texts = [q["question"], *q["answer_choices"], *q["rationale_choices"]]
    return [token for text in texts for token in text if isinstance(token, list)]


def test_native_form(world):
    questions, metadata = world
    assert len(metadata) == COUNT
    ids = [q["annot_id"] for rows in questions.values() for q in rows]
    assert len(set(ids)) == len(ids) == COUNT * vcr.QUESTIONS
    for split, rows in questions.items():
        for q in rows:
            assert LABELS.isdisjoint(q) if split == "test" else LABELS.issubset(q)
            assert {len(q["answer_choices"]), len(q["rationale_choices"])} == {4}
            known = metadata[q["metadata_fn"]]
            assert known["names"] == q["objects"]
            assert len(known["boxes"]) == len(known["segms"]) == len(q["objects"])
            assert all(len(box) == 5 for box in known["boxes"])
            assert all(q["objects"][index] == "person" for mention in mentions(q) for index in mention)
            assert len({json.dumps(choice) for choice in q["answer_choices"]}) == 4
            assert len({json.dumps(choice) for choice in q["rationale_choices"]}) == 4
    val = questions["val"]
    assert max(Counter(q["img_id"] for q in val).values()) > 1
    assert any(len(mention) == 2 for q in val for mention in mentions(q))
    assert max(q["objects"].count("person") for q in val) >= 10
    assert max(index for q in val for mention in mentions(q) for index in mention) >= 10


def test_right_answers_stand_at_every_place(world):
    for kind in ("answer", "rationale"):
        labels = Counter(q[f"{kind}_label"] for split in ("train", "val") for q in world[0][split])
        assert min(labels[place] for place in range(4)) > 40


def test_answers_are_true(world):
    questions, metadata = world
    stills = list(islice(vcr.stills(0), COUNT))
    checked = Counter()
    for q in [*questions["train"], *questions["val"]]:
        still = stills[sorted(metadata).index(q["metadata_fn"])]
        at = {tuple(map(float, thing.box)): thing for thing in still.things}
        people = [at[tuple(box[:4])] for box in metadata[q["metadata_fn"]]["boxes"]]
        answer = q["answer_choices"][q["answer_label"]]
        words = " ".join(token for token in answer if isinstance(token, str)).removesuffix(" .")
        about = [people[index] for token in answer if isinstance(token, list) for index in token]
        *_, last, _ = q["question"]
        if last == "doing":
            assert words == f"is {about[0].pose}"
        elif last == "feeling":
            assert {words.split()[-1]} == {person.mood for person in about}
        elif "wears" in q["question"]:
            [both] = [[people[index] for index in token] for token in q["question"] if isinstance(token, list)]
            wearers = [] if words.startswith("Neither") else about
            assert wearers == [person for person in both if person.colour == last]
        checked[q["question"][0]] += 1
    assert all(checked[word] > 50 for word in ("What", "How", "Which")), checked
