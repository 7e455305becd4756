"""WikiHow: articles listed by split; a bad step is lost alone, and a picture without its step."""

import json

import pytest

from tests.datasets.test_readers import rows
from workflow_scripts.datasets.wikihow import ARTICLES
from workflow_scripts.errors import BadData

BULB = "100001_plant-a-bulb"
BULB_FILE = f"data/{BULB}/wikihow.json"


def spoil(raw, **fields) -> list[tuple[str, str]]:
    """Record and reason of what is quarantined when fields of the bulb's second step are changed."""
    raw.edit("wikihow", BULB_FILE, lambda content: content["methods"][0]["steps"][1].update(fields))
    return [(b["record"], b["reason"]) for b in raw.read("wikihow")]


def headlines(raw) -> list[list[str]]:
    """Of the bulb, by method."""
    return [[s["headline"] for s in m["steps"]] for m in rows(raw, "wikihow", "train")[0]["methods"]]


@pytest.mark.parametrize("headline", ["", " \n", None])
def test_step_without_text_is_quarantined_alone(raw, headline):
    step = f"article {BULB}, method 1, step 2"
    assert spoil(raw, headline=headline) == [(step, f"headline is {headline!r}, expected some text")]
    assert headlines(raw) == [["Fill the pot with soil.", "Water it."], ["Water it.", "Turn the pot."]]


def test_picture_that_is_named_but_lost_leaves_its_step(raw):
    [(record, reason)] = spoil(raw, img="method_0_step_1.jpg")
    assert record == f"picture method_0_step_1.jpg of article {BULB}"
    assert reason.startswith("picture file is missing")
    assert headlines(raw)[0][1] == "Press a small hole."
    assert rows(raw, "wikihow", "train")[0]["methods"][0]["steps"][1]["image"] is None


def test_bad_records_of_all_articles_are_counted_together(raw):
    """Else one bad step would be all that its file has."""
    raw.edit("wikihow", BULB_FILE, lambda content: content["methods"][0]["steps"][1].update(headline=""))
    with pytest.raises(BadData, match="1 of 18 records of wikihow, split train, are bad") as caught:
        raw.read("wikihow", max_bad_share=0.05)
    assert caught.value.file == ARTICLES


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"methods": [', "malformed JSON: Input data was truncated"),
        (
            json.dumps({"methods": {}}),
            "the file is not of the expected shape: Expected `array`, got `object` - at `$.methods`",
        ),
        (None, "annotation file is missing"),
    ],
)
def test_article_that_cannot_be_read_is_quarantined(raw, content, reason):
    path = raw.roots["wikihow"] / BULB_FILE
    path.unlink() if content is None else path.write_text(content)
    [bad] = raw.read("wikihow")
    assert bad["record"] == f"article {BULB}"
    assert bad["reason"] == f"{reason}: {path}"
    assert [r["record_id"] for r in rows(raw, "wikihow", "train")] == ["9000_sing", "420_wash-a-bicycle"]


def test_list_with_what_is_no_article(raw):
    outside = "7_sing/../../../elsewhere"
    raw.edit("wikihow", "wikihow_split.json", lambda lists: lists["val"].extend(["sing", 12, outside]))
    found = [(b["split"], b["record"], b["reason"]) for b in raw.read("wikihow")]
    assert ("validation", "article sing", "its folder is 'sing', expected <number>_<title>") in found
    assert ("validation", f"article {outside}", f"its folder is {outside!r}, expected <number>_<title>") in found
    assert len(found) == 3


def test_no_list_of_articles(raw):
    (raw.roots["wikihow"] / "wikihow_split.json").unlink()
    with pytest.raises(BadData, match="annotation file is missing") as caught:
        raw.read("wikihow")
    assert caught.value.file == raw.roots["wikihow"] / "wikihow_split.json"
