"""Hateful Memes: texts on pictures; copies of the archive differ in their folders, and some rows have no label."""

import json

import pytest

from tests.datasets.test_readers import rows
from workflow_scripts.datasets.hateful_memes import FOLDERS

ROWS = "test_unseen.jsonl"


@pytest.mark.parametrize(
    ("fields", "record", "reason"),
    [
        ({"text": "  "}, "id 42", "text is '  ', expected some text"),
        ({"label": 2}, "id 42", "label is 2, expected 0 or 1"),
        ({"label": "0"}, "id 42", "Expected `int | null`, got `str` - at `$.label`"),
        ({"text": None}, "id 42", "Expected `str`, got `null` - at `$.text`"),
    ],
)
def test_bad_row_is_quarantined_with_its_reason(raw, fields, record, reason):
    path = raw.roots["hateful_memes"] / ROWS
    first, *others = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps(json.loads(first) | fields), *others]))
    assert [(b["record"], b["reason"]) for b in raw.read("hateful_memes")] == [(record, reason)]
    assert [r["record_id"] for r in rows(raw, "hateful_memes", "test")] == ["1234", "91405"]


def test_row_without_its_picture(raw):
    (raw.roots["hateful_memes"] / "img/01234.png").unlink()
    [bad] = raw.read("hateful_memes")
    assert bad["record"] == "id 1234"
    assert bad["reason"].startswith("picture file is missing")


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_may_lie_below_a_folder(raw, folder):
    root = raw.roots["hateful_memes"]
    held = [*root.glob("*.jsonl"), root / "img"]
    (root / folder).mkdir(exist_ok=True)
    for path in held:
        path.rename(root / folder / path.name)
    assert raw.read("hateful_memes", max_bad_share=0) == []
    assert next(r["image"] for r in rows(raw, "hateful_memes", "test")) == f"hateful_memes/{folder}img/00042.png"


def test_label_that_is_not_published(native):
    assert [r["hateful"] for r in rows(native, "hateful_memes", "test")] == [False, True, None]
