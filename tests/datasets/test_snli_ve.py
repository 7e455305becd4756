"""SNLI-VE: splits made from SNLI by lists of pictures, or read as its authors' script made them; what is set aside."""

import json
from collections import Counter

import pytest
from PIL import Image

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData

DEV = "data/snli_1.0/snli_1.0_dev.jsonl"
SNLI = [f"data/snli_1.0/snli_1.0_{part}.jsonl" for part in ("dev", "test", "train")]


def labels(raw, split: str = "test") -> dict[str, str]:
    schema = schemas.of_records(load_dataset("snli_ve").record)
    return {row["record_id"]: row["label"] for row in schemas.read(raw.records("snli_ve", split), schema)}


def edit_line(path, change) -> None:
    """Change the first line of a file."""
    first, *rest = path.read_text().splitlines()
    content = json.loads(first)
    change(content)
    path.write_text("\n".join([json.dumps(content), *rest]))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda pair: pair.update(sentence2=""), "sentence2 is '', expected some text"),
        (
            lambda pair: pair.update(gold_label="maybe"),
            "gold_label is 'maybe', expected one of entailment, neutral, contradiction",
        ),
        (lambda pair: pair.pop("gold_label"), "Object missing required field `gold_label`"),
    ],
)
def test_bad_pair(raw, change, reason):
    edit_line(raw.roots["snli_ve"] / DEV, change)
    [bad] = raw.read("snli_ve")
    assert (bad["file"], bad["position"], bad["reason"]) == (DEV, "line 1", reason)
    assert set(labels(raw)) == {"2000000001.jpg#4r1n", "30000002.jpg#1r1e"}


def test_missing_picture(raw):
    (raw.roots["snli_ve"] / "data/Flickr30K/images/2000000001.jpg").unlink()
    [bad] = raw.read("snli_ve")
    assert bad["record"] == "pair 2000000001.jpg#4r1n"
    assert bad["reason"].startswith("picture file is missing: ")


@pytest.mark.parametrize(("place", "native"), [(0, "train"), (-1, "dev")])
def test_dev_is_the_last_thousand_pictures_of_the_list_that_it_shares_with_train(raw, place, native):
    root = raw.roots["snli_ve"]
    others = [str(number) for number in range(1000)]
    listed = ["1000000001", *others] if place == 0 else [*others, "1000000001"]
    (root / "data/flickr30k_train_val.lst").write_text("\n".join(listed))
    Image.new("RGB", (8, 8)).save(root / "data/flickr30k_images/1000000001.jpg")
    assert raw.read("snli_ve", {"test": "test", "train": "train", "validation": "dev"}) == []
    found = {name: labels(raw, split) for split, name in (("train", "train"), ("validation", "dev"))}
    assert found.pop(native) == {"1000000001.jpg#0r1c": "contradiction"}
    assert list(found.values()) == [{}]
    assert len(labels(raw)) == 3


def test_what_is_read_and_noted_of_a_folder_used_in_place(raw):
    root = raw.roots["snli_ve"]
    declared = load_dataset("snli_ve")
    lists = ["data/flickr30k_test.lst", "data/flickr30k_train_val.lst"]
    assert declared.annotation_files(["test"], root) == [*lists, *SNLI]
    pair = {"pairID": "30000002.jpg#9r1e", "gold_label": "entailment", "sentence2": "Men.", "Flickr30K_ID": "30000002"}
    (root / "data/snli_ve_test.jsonl").write_text(json.dumps(pair))
    assert declared.annotation_files(["test"], root) == ["data/snli_ve_test.jsonl"]
    assert raw.read("snli_ve") == []
    assert labels(raw) == {"30000002.jpg#9r1e": "entailment"}


def test_pair_id_that_names_no_picture(raw):
    pair = {"pairID": "../30000002.jpg#9r1e", "gold_label": "entailment", "sentence2": "Men."}
    (raw.roots["snli_ve"] / "data/snli_ve_test.jsonl").write_text(json.dumps(pair))
    [bad] = raw.read("snli_ve")
    assert bad["reason"] == "pairID is '../30000002.jpg#9r1e', expected a picture's number and .jpg before the rest"


def test_bad_files(raw):
    with pytest.raises(BadData, match="there is no split 'testA'; there are train, dev, test"):
        raw.read("snli_ve", {"test": "testA"})
    (raw.roots["snli_ve"] / "data/flickr30k_test.lst").unlink()
    with pytest.raises(BadData, match=r"list of pictures is missing\n.*flickr30k_test\.lst"):
        raw.read("snli_ve")


def test_sample(real):
    assert real.read("snli_ve", {"test": "dev"}, max_bad_share=0) == []
    found = labels(real)
    assert len(found) == 16
    assert set(Counter(found.values())) == {"entailment", "neutral", "contradiction"}
