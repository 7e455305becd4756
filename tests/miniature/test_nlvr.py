"""The miniature NLVR: labels recomputed from the sentences alone, balance, pictures and the native format."""

import io
import itertools
import json
import re
import zipfile
from collections import Counter, defaultdict

import pytest
from PIL import Image

from workflow_scripts.miniature import nlvr

SIZE = 84  # more than one round of templates in test
SPLITS = ("train", "dev", "test")
KEYS = ["sentence", "label", "identifier", "directory", "evals", "structured_rep"]
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
SHAPE = "(square|circle|triangle)s?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nlvr")
    nlvr.write(11, {"nlvr": SIZE}, folder)
    with zipfile.ZipFile(folder / "nlvr-master.zip") as opened:
        yield opened


def read(archive, split):
    text = archive.read(f"nlvr-master/nlvr/{split}/{split}.json").decode()
    assert not text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")]


@pytest.fixture(scope="module")
def records(archive):
    return [record for split in SPLITS for record in read(archive, split)]


def plain(box):
    """A box as (colour word, shape, size, left, top) of its things, in the order given."""
    words = {"Yellow": "yellow", "Black": "black", "#0099ff": "blue"}
    return [(words[i["color"]], i["type"], i["size"], i["x_loc"], i["y_loc"]) for i in box]


def joined(boxes):
    return [thing for box in boxes for thing in box]


def of(box, colour, shape):
    return [thing for thing in box if thing[:2] == (colour, shape)]


MEANINGS = {  # a pattern of the whole sentence: what it says of three plain boxes, its groups as further arguments
    rf"There are exactly (\w+) (\w+) {SHAPE}": lambda b, n, c, s: len(of(joined(b), c, s)) == NUMBERS[n],
    rf"There are at least (\w+) {SHAPE} in total": lambda b, n, s: [t[1] for t in joined(b)].count(s) >= NUMBERS[n],
    rf"A (\w+) {SHAPE} is touching a wall of its box": lambda b, c, s: any(
        left == 0 or top == 0 or left + size == 100 or top + size == 100
        for _, _, size, left, top in of(joined(b), c, s)
    ),
    r"No (\w+) thing touches the bottom of its box": lambda b, c: (
        not any(colour == c and top + size >= 100 for colour, _, size, _, top in joined(b))
    ),
    r"Every box has a (\w+) thing in it": lambda b, c: all(c in [t[0] for t in box] for box in b),
    r"There is a (?:box with only|tower built of) (\w+) (?:things|blocks only)": lambda b, c: any(
        {t[0] for t in box} == {c} for box in b
    ),
    rf"Exactly one box has a (\w+) {SHAPE}": lambda b, c, s: [bool(of(box, c, s)) for box in b].count(True) == 1,
    rf"One of the boxes holds both a (\w+) {SHAPE} and a (\w+) {SHAPE}": lambda b, c, s, c2, s2: any(
        {(c, s), (c2, s2)} <= {t[:2] for t in box} for box in b
    ),
    rf"All {SHAPE} are (\w+)": lambda b, s, c: {t[0] for t in joined(b) if t[1] == s} == {c},
    rf"There is a (small|middle-sized|big) (\w+) {SHAPE}": lambda b, z, c, s: (
        {"small": 10, "middle-sized": 20, "big": 30}[z] in [t[2] for t in of(joined(b), c, s)]
    ),
    r"At least two boxes have (\w+) or more things": lambda b, n: sorted(map(len, b))[1] >= NUMBERS[n],
    r"There are more (\w+) things than (\w+) things": lambda b, c, c2: (
        [t[0] for t in joined(b)].count(c) > [t[0] for t in joined(b)].count(c2)
    ),
    r"A box holds two or more things, all of the same shape": lambda b: any(
        len(box) > 1 and len({t[1] for t in box}) == 1 for box in b
    ),
    r"There is a tower with a (\w+) block on top": lambda b, c: c in [min(box, key=lambda t: t[4])[0] for box in b],
    r"Exactly (\w+) towers have a (\w+) block at the bottom": lambda b, n, c: (
        [max(box, key=lambda t: t[4])[0] for box in b].count(c) == NUMBERS[n]
    ),
    r"There is a tower of exactly (\w+) blocks": lambda b, n: NUMBERS[n] in map(len, b),
    r"Somewhere a (\w+) block lies directly on a (\w+) block": lambda b, c, c2: any(
        x[0] == c and y[0] == c2 and y[4] - x[4] == 21 for box in b for x in box for y in box
    ),
    r"The three towers differ in height": lambda b: len(set(map(len, b))) == 3,
}


def recomputed(record, order=(0, 1, 2)):
    boxes = [plain(record["structured_rep"][i]) for i in order]
    [(meaning, groups)] = [
        (meaning, match.groups())
        for pattern, meaning in MEANINGS.items()
        if (match := re.fullmatch(pattern + r"\.", record["sentence"]))
    ]
    return "true" if meaning(boxes, *groups) else "false"


def test_labels_are_true_in_every_order_of_the_boxes(records):
    for record in records:
        for order in itertools.permutations(range(3)):
            assert recomputed(record, order) == record["label"], record


def test_every_template_is_used_and_balanced(archive):
    labels = defaultdict(Counter)
    for record in read(archive, "test"):
        pattern = next(p for p in MEANINGS if re.fullmatch(p + r"\.", record["sentence"]))
        labels[pattern][record["label"]] += 1
    assert len(labels) == len(MEANINGS)
    assert all(0.45 <= count["true"] / count.total() <= 0.55 for count in labels.values()), labels


def test_sentences_tell_nothing_without_the_picture(archive):
    by_sentence = defaultdict(Counter)
    for record in read(archive, "test"):
        by_sentence[record["sentence"]][record["label"]] += 1
    assert all(count["true"] == count["false"] for count in by_sentence.values())


@pytest.mark.parametrize("size", [1, 6, 7, 30])
def test_a_cut_off_presentation_stays_balanced(size):
    labels = Counter(r["label"] for r in nlvr.split_records(3, "dev", size))
    assert labels["true"] - labels["false"] == size % 2


def test_native_form(archive, records):
    assert [len(read(archive, split)) for split in SPLITS] == [SIZE // 4, SIZE // 4, SIZE]
    assert len({r["identifier"] for r in records}) == len(records)
    assert len({r["directory"] for r in records}) > 1
    for record in records:
        assert list(record) == KEYS
        assert re.fullmatch(r"\d+-[0-3]", record["identifier"])
        assert record["directory"].isdigit()
        assert len(record["evals"]) == 5
        assert Counter(record["evals"].values()).most_common(1)[0][0] == record["label"]
        assert len(record["structured_rep"]) == 3
        for box in record["structured_rep"]:
            assert 1 <= len(box) <= 8
            for thing in box:
                assert set(thing) == {"x_loc", "y_loc", "type", "color", "size"}
                assert thing["size"] in (10, 20, 30)
                assert all(0 <= thing[axis] <= 100 - thing["size"] for axis in ("x_loc", "y_loc"))


def test_things_do_not_overlap(records):
    for box in itertools.chain.from_iterable(r["structured_rep"] for r in records):
        for a, b in itertools.combinations(box, 2):
            assert any(
                first[axis] + first["size"] < second[axis]
                for axis in ("x_loc", "y_loc")
                for first, second in ((a, b), (b, a))
            ), (a, b)


def test_six_pictures_that_differ_by_the_order_of_their_boxes(archive):
    pictures = [name for name in archive.namelist() if "/test/images/" in name]
    assert len(pictures) == 6 * SIZE
    for record in read(archive, "test")[:20]:
        crops = []
        for k in range(6):
            name = f"nlvr-master/nlvr/test/images/{record['directory']}/test-{record['identifier']}-{k}.png"
            picture = Image.open(io.BytesIO(archive.read(name)))
            assert (picture.mode, picture.size) == ("RGBA", (400, 100))
            crops.append([picture.crop((left, 0, left + 100, 100)).tobytes() for left in (0, 150, 300)])
        assert crops == [list(order) for order in itertools.permutations(crops[0])]


def test_a_picture_shows_its_things_in_the_order_of_the_record(archive):
    rgb = {"Yellow": (255, 255, 0), "Black": (0, 0, 0), "#0099ff": (0, 153, 255)}
    for record in read(archive, "dev"):
        name = f"nlvr-master/nlvr/dev/images/{record['directory']}/dev-{record['identifier']}-0.png"
        picture = Image.open(io.BytesIO(archive.read(name)))
        for left, box in zip((0, 150, 300), record["structured_rep"], strict=True):
            for thing in box:
                middle = (left + thing["x_loc"] + thing["size"] // 2, thing["y_loc"] + thing["size"] // 2)
                assert picture.getpixel(middle) == (*rgb[thing["color"]], 255)


def test_same_bytes_twice_and_other_bytes_for_another_seed(tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        nlvr.write(seed, {"nlvr": 8}, tmp_path / folder)
    first, again, other = ((tmp_path / folder / "nlvr-master.zip").read_bytes() for folder in "abc")
    assert first == again != other


def test_a_statement_does_not_depend_on_how_many_there_are():
    few = {r["identifier"]: r for r in nlvr.split_records(5, "test", 8)}
    many = {r["identifier"]: r for r in nlvr.split_records(5, "test", 40)}
    assert few.items() <= many.items()
