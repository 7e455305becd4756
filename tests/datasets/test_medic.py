"""MEDIC: a table of labels; a row whose labels or picture cannot be used is quarantined."""

import pytest

from tests.datasets.test_readers import rows


@pytest.mark.parametrize(
    ("old", "new", "record", "reason"),
    [
        (
            "\tearthquake",
            "\tmeteorite",
            "image_id 7",
            "disaster_types is 'meteorite', expected one of earthquake, fire, flood, hurricane, landslide, "
            "not_disaster, other_disaster",
        ),
        (
            "\tmild\t",
            "\t\t",
            "image_id 7",
            "damage_severity is '', expected one of little_or_none, mild, severe",
        ),
        (
            "\tnot_informative",
            "\tmaybe",
            "image_id 917790000000000001_1",
            "informative is 'maybe', expected one of informative, not_informative",
        ),
        ("\tmild\t", "\t", "image_id 7", "6 fields, the header has 7"),
    ],
)
def test_bad_row_is_quarantined_with_its_reason(raw, old, new, record, reason):
    path = raw.roots["medic"] / "MEDIC_test.tsv"
    path.write_text(path.read_text().replace(old, new, 1))
    assert [(b["record"], b["reason"]) for b in raw.read("medic")] == [(record, reason)]
    assert len(rows(raw, "medic", "test")) == 2


def test_row_without_its_picture(raw):
    (raw.roots["medic"] / "data/other_source/storm/9177_0.jpg").unlink()
    [bad] = raw.read("medic")
    assert (bad["file"], bad["record"]) == ("MEDIC_test.tsv", "image_id 7")
    assert bad["reason"].startswith("picture file is missing")


def test_rows_with_one_image_id_are_told_apart_by_their_paths(native):
    ids = [r["record_id"] for r in rows(native, "medic", "test")]
    assert ids[:2] == ["data/SomeSource/some_quake/some_quake_mild_im_1.jpg", "data/other_source/storm/9177_0.jpg"]
