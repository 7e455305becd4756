"""COCO-Text: which photos are read, and what of their writing is set aside."""

import pytest

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset

FILE = "COCO_Text.json"
RECORD = schemas.of_records(load_dataset("coco_text").record)


def texts(raw) -> list[int]:
    photos = schemas.read(raw.records("coco_text", "train"), RECORD)
    return [text["text_id"] for photo in photos for text in photo["texts"]]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bbox": [10, 10, 0, 5]}, "box x=10.0 y=10.0 w=0.0 h=5.0 has no area or a negative side"),
        ({"bbox": [700, 10, 9, 5]}, "box x=700.0 y=10.0 w=9.0 h=5.0 lies outside its picture of 640 x 480 pixels"),
        ({"image_id": 5}, "image_id 5 is none of the file's 4 images"),
        ({"legibility": "half"}, "Invalid enum value 'half' - at `$.legibility`"),
        ({"class": "painted"}, "Invalid enum value 'painted' - at `$.class`"),
        ({"language": ""}, "Invalid enum value '' - at `$.language`"),
        ({"utf8_string": 7}, "Expected `str | null`, got `int` - at `$.utf8_string`"),
        ({"image_id": "9"}, "Expected `int`, got `str` - at `$.image_id`"),
    ],
)
def test_bad_text(raw, fields, reason):
    raw.edit("coco_text", FILE, lambda content: content["anns"]["14"].update(fields))
    [bad] = raw.read("coco_text")
    assert (bad["split"], bad["file"], bad["position"], bad["reason"]) == ("train", FILE, "anns[14]", reason)
    assert texts(raw) == [11, 12, 13, 15, 16, 17]


def test_text_without_its_class(raw):
    raw.edit("coco_text", FILE, lambda content: content["anns"]["14"].pop("class"))
    [bad] = raw.read("coco_text")
    assert (bad["record"], bad["reason"]) == ("id 14", "Object missing required field `class`")


def test_photo_of_another_size(raw):
    raw.edit("coco_text", FILE, lambda content: content["imgs"]["9"].update(width=700))
    [bad] = raw.read("coco_text")
    assert (bad["position"], bad["record"]) == ("imgs[9]", "image 9")
    assert bad["reason"] == "picture is 640 x 480 pixels, its record says 700 x 480"


def test_the_order_of_the_file_s_parts_does_not_matter(raw):
    expected = raw.read("coco_text"), texts(raw)

    def turn(content):
        parts = list(content.items())
        content.clear()
        content.update(reversed(parts))

    raw.edit("coco_text", FILE, turn)
    assert (raw.read("coco_text"), texts(raw)) == expected
