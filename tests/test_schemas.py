"""Tables between stages: what a writer refuses, what a reader refuses, and what a file's digest depends on."""

import pyarrow.parquet as pq
import pytest

from workflow_scripts import schemas
from workflow_scripts.dataclass_columns import as_row
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.schemas import INSTANCES, SCORES, content_digest
from workflow_scripts.tasks.base import Instance


def score(**fields) -> dict:
    row = {"variant": "ofa", "seed": None, "task": "t", "instruction": 0, "metric": "accuracy", "score": 0.5, "n": 2}
    return row | {"unparsed": 0, "off_options": None} | fields


def files(folder) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_rows_come_back(tmp_path):
    rows = [score(n=n) for n in range(2500)]  # more than two groups of rows
    assert schemas.write(rows, SCORES, tmp_path / "a.parquet") == 2500
    assert list(schemas.read(tmp_path / "a.parquet", SCORES)) == rows
    assert schemas.column(tmp_path / "a.parquet", "n") == list(range(2500))
    kept = schemas.select(tmp_path / "a.parquet", SCORES, lambda batch: [0] if batch.num_rows == 500 else [])
    assert [row["n"] for row in kept] == [2000]


def test_instance_has_the_columns_of_its_table(tmp_path):
    instance = Instance("1", regions=((0.0, 0.0, 2.0, 1.0),), options=("a", "b"), target="a", references=("a",))
    schemas.write([as_row(instance)], INSTANCES, tmp_path / "a.parquet")
    [row] = schemas.read(tmp_path / "a.parquet", INSTANCES)
    assert row["regions"] == [[0, 0, 2, 1]]
    assert row["image"] is None


@pytest.mark.parametrize("dataset", dataset_ids())
def test_every_record_has_what_stages_rely_on(dataset):
    schema = schemas.of_records(load_dataset(dataset).record)
    assert {"record_id", "image", "width", "height"} <= set(schema.names)
    assert schema.metadata[b"table"] == f"records of {dataset}".encode()
    assert not schema.field("record_id").nullable


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (
            {k: v for k, v in score().items() if k != "n"},
            TypeError,
            r"row of scores has not the right columns: \['n'\]",
        ),
        (score(extra=1), TypeError, r"not the right columns: \['extra'\]"),
        (score(task=None), ValueError, "column task may not be null"),
        (score(n="two"), Exception, "two"),
        (score(instruction=300), Exception, "300"),
    ],
)
@pytest.mark.parametrize("before", [0, 3, 1500])
def test_bad_row_leaves_nothing_behind(tmp_path, bad, error, message, before):
    with pytest.raises(error, match=message):
        schemas.write([score()] * before + [bad], SCORES, tmp_path / "a.parquet")
    assert files(tmp_path) == []


def test_null_within_a_list_is_refused(tmp_path):
    row = as_row(Instance("1")) | {"options": ["a", None]}
    with pytest.raises(ValueError, match="contains nulls"):
        schemas.write([row], INSTANCES, tmp_path / "a.parquet")
    assert files(tmp_path) == []


def test_failing_source_of_rows_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.parquet"
    schemas.write([score()], SCORES, path)

    def rows():
        yield score(n=7)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        schemas.write(rows(), SCORES, path)
    assert schemas.column(path, "n") == [2]
    assert files(tmp_path) == ["a.parquet"]


def test_missing_table(tmp_path):
    with pytest.raises(BadData, match="no table of scores here") as caught:
        schemas.open_table(tmp_path / "a.parquet", SCORES)
    assert caught.value.file == tmp_path / "a.parquet"


@pytest.mark.parametrize("keep", [0, 3, 200, -1])
def test_truncated_table(tmp_path, keep):
    path = tmp_path / "a.parquet"
    schemas.write([score()] * 50, SCORES, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadData, match="not a whole Parquet file") as caught:
        list(schemas.read(path, SCORES))
    assert caught.value.file == path
    assert "delete it" in caught.value.fix
    with pytest.raises(BadData, match="not a whole Parquet file"):
        content_digest(path)


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"table": "answers", "version": "1"}, "table is answers, expected scores"),
        ({"table": "scores", "version": "9"}, "version is 9, expected 2"),
        (None, "table is nothing, expected scores"),
    ],
)
def test_table_of_another_kind_or_version(tmp_path, metadata, problem):
    pq.write_table(SCORES.with_metadata(metadata).empty_table(), tmp_path / "a.parquet")
    with pytest.raises(BadData, match=problem):
        schemas.open_table(tmp_path / "a.parquet", SCORES)


def test_table_with_other_columns(tmp_path):
    schemas.write([], SCORES.remove(SCORES.get_field_index("n")), tmp_path / "a.parquet")
    with pytest.raises(BadData, match=r"columns of scores differ: \['n'\]"):
        schemas.open_table(tmp_path / "a.parquet", SCORES)


def test_content_digest_is_of_the_rows_alone(tmp_path):
    a, b, c, d = (tmp_path / f"{name}.parquet" for name in "abcd")
    schemas.write([score()], SCORES, a, provenance={"code": "1"})
    schemas.write([score()], SCORES, b, provenance={"code": "2"})
    schemas.write([score(n=3)], SCORES, c, provenance={"code": "1"})
    schemas.write([score(), score()], SCORES, d)
    assert a.read_bytes() != b.read_bytes()
    assert content_digest(a) == content_digest(b)
    assert len({content_digest(p) for p in (a, c, d)}) == 3


def test_content_digest_depends_on_table_and_version(tmp_path):
    found = set()
    for table, version in (("scores", "1"), ("scores", "2"), ("others", "1")):
        schemas.write([score()], SCORES.with_metadata({"table": table, "version": version}), tmp_path / "a.parquet")
        found.add(content_digest(tmp_path / "a.parquet"))
    assert len(found) == 3


def test_content_digest_of_other_files_is_of_their_bytes(tmp_path):
    (tmp_path / "a.json").write_text("1")
    (tmp_path / "b.json").write_text("1")
    (tmp_path / "c.json").write_text("2")
    digests = [content_digest(tmp_path / f"{name}.json") for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


def test_same_rows_make_the_same_bytes(tmp_path):
    for name in "ab":
        schemas.write([score(n=n) for n in range(1200)], SCORES, tmp_path / name, provenance={"seed": 0})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_texts_are_found_at_any_depth(native):
    path = native.records("visual_genome", "train")
    found = list(schemas.texts(path, leave_out=("record_id", "image")))
    assert {"a brown dog on grass", "grass", "What animal is there?"} <= set(found)
    assert not any("VG_100K" in text for text in found)
