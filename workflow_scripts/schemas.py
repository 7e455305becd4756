"""The Arrow schema of every table between two stages, and the only code that writes or reads Parquet.

Records (read -> derive) get their schema from the dataset's dataclass; all other tables are listed here. Raise a
table's `version` when the meaning of a column changes and its type does not. A file's metadata holds the table's name
and version, the digest of its rows (`content`) and its provenance (code, settings, libraries); the digest leaves
provenance out, so that rows made by changed code count as the same when they are the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workflow_scripts.dataclass_columns import REGION, batch_of, fields_of, from_batch
from workflow_scripts.errors import BadData
from workflow_scripts.files import replacing, sha256
from workflow_scripts.provenance import made_by

ROWS_PER_GROUP = 1000
_AGAIN = "delete it and run snakemake again: the stage that makes it will"


def _list(of: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", of, nullable=False))


def _table(name: str, version: int, columns: Mapping[str, pa.DataType], *, optional: Iterable[str] = ()) -> pa.Schema:
    fields = [pa.field(column, kind, nullable=column in set(optional)) for column, kind in columns.items()]
    return pa.schema(fields, metadata={"table": name, "version": str(version)})


_PICTURE = {
    "image": pa.string(),  # "<dataset>/<path below its root>"; null: text only
    "width": pa.int32(),  # pixels of the stored picture
    "height": pa.int32(),
}

INSTANCES = _table(  # derive -> expand
    "instances",
    2,
    {
        "instance_id": pa.string(),  # "<task>/..."; no other instance of any task has it
        **_PICTURE,
        "mask": REGION,  # the part of the picture that is blacked out before the model sees it
        "text": pa.string(),  # fills <TEXT>; so each of the next four its slot
        "context": pa.string(),  # what was said or happened before, or is known
        "method": pa.string(),  # the goal of a procedure, and the way to it
        "relation": pa.string(),
        "answer": pa.string(),  # a right answer that is given
        "regions": _list(REGION),  # fill <REGION>; or <SUBJECT> and <OBJECT>, or the one of these that the task has
        "region_names": _list(pa.string()),  # what the texts call each region; or empty
        "options": _list(pa.string()),  # fill <OPTION>, in this order
        "option_regions": _list(REGION),
        "target": pa.string(),  # the answer, if it is text
        "target_regions": _list(REGION),  # the answer, if it is regions
        "target_crop": REGION,  # the answer, if it is a part of the picture, unmasked
        "target_image": pa.string(),  # of this picture, where it is not the one that is shown
        "references": _list(pa.string()),  # every right text answer, the target among them
        "subtask": pa.string(),  # a NATURAL INSTRUCTIONS task's name
        "instruction": pa.string(),  # an instruction of the instance's own, in place of the task's templates
    },
    optional=[
        *("image", "width", "height", "mask", "text", "context", "method", "relation", "answer"),
        *("target", "target_crop", "target_image", "subtask", "instruction"),
    ],
)

FINGERPRINTS = _table(  # fingerprint -> hold_out, expand; one row a picture
    "fingerprints",
    1,
    {
        "image": pa.string(),
        "ids": _list(pa.string()),  # numbers that datasets know the photograph by: "coco:9", "vg:1", "flickr:123"
        "hash": pa.binary(),  # separation.picture_hash; null: too flat to be known by it
    },
    optional=["hash"],
)

HELD_OUT = _table(  # hold_out -> expand; what the unseen tasks are evaluated on
    "held_out",
    1,
    {
        "task": pa.string(),
        "kind": pa.string(),  # id, hash or text
        "value": pa.string(),  # of an id: a number as in FINGERPRINTS, or a picture's name; of a hash: in hexadecimal
        "kinds": _list(pa.string()),  # of a hash: the kinds of numbers that its picture is known by
    },
)

EXAMPLES = _table(  # expand -> tokenise; one instance's examples are neighbours
    "examples",
    3,
    {
        "instance_id": pa.string(),
        "instruction": pa.int8(),  # which of the task's templates, from 0
        "prompt": pa.string(),  # as the model reads it; regions spelt as <bin_i>
        "name_prompt": pa.string(),  # with the task's name in place of an instruction; null: not trained on so
        "target": pa.string(),  # null: the target is the picture codes of target_crop
        "target_crop": REGION,
        "target_image": pa.string(),
        "references": _list(pa.string()),
        "options": _list(pa.string()),  # as spelt in the prompt
        **_PICTURE,
        "mask": REGION,
        "subtask": pa.string(),
    },
    optional=["name_prompt", "target", "target_crop", "target_image", "image", "width", "height", "mask", "subtask"],
)

SHARDS = _table(  # tokenise -> train, evaluate; one row an instance
    "shards",
    3,
    {
        "instance_id": pa.string(),
        "sources": _list(_list(pa.int32())),  # one per instruction; no bos, no eos
        "name_source": _list(pa.int32()),  # of name_prompt; null where that is
        "target": _list(pa.int32()),  # no bos, no eos
        "target_is_code": pa.bool_(),  # target is a grid of <code_i>, row by row
        "truncated": pa.int8(),  # how many of the sources, name_source and target were cut
        "target_text": pa.string(),
        "references": _list(pa.string()),
        "options": _list(pa.string()),
        **_PICTURE,
        "mask": REGION,
        "subtask": pa.string(),
    },
    optional=["name_source", "target_text", "image", "width", "height", "mask", "subtask"],
)

PREDICTIONS = _table(  # evaluate -> score; one row an example
    "predictions",
    2,
    {
        "task": pa.string(),
        "subtask": pa.string(),
        "instance_id": pa.string(),
        "instruction": pa.int8(),
        "mode": pa.string(),  # how it was generated; see evaluation.generation
        "output": pa.string(),  # what the model wrote
        "target": pa.string(),
        "references": _list(pa.string()),
        "options": _list(pa.string()),
    },
    optional=["subtask"],
)

ANSWERS = _table(  # score -> report; one row a prediction and metric
    "answers",
    2,
    {
        "variant": pa.string(),
        "seed": pa.int16(),  # null: the variant is not tuned
        "task": pa.string(),  # the subtask's name, where there is one
        "instance_id": pa.string(),
        "instruction": pa.int8(),
        "metric": pa.string(),
        "output": pa.string(),
        "answer": pa.string(),  # what the output was taken for; null: it could not be parsed
        "target": pa.string(),
        "score": pa.float64(),  # 0 to 1
    },
    optional=["seed", "answer"],
)

SCORES = _table(  # score -> report; one row per variant, seed, task, instruction and metric
    "scores",
    2,
    {
        "variant": pa.string(),
        "seed": pa.int16(),  # null: the variant is not tuned
        "task": pa.string(),
        "instruction": pa.int8(),
        "metric": pa.string(),
        "score": pa.float64(),  # mean over instances, 0 to 1
        "n": pa.int64(),
        "unparsed": pa.int64(),
        "off_options": pa.int64(),  # answers that are none of the options; null where there are none
    },
    optional=["seed", "off_options"],
)


def of_records(record: type) -> pa.Schema:
    """The schema of a dataset's record dataclass: fields by their type hints, tuples as lists, classes as structs."""
    metadata = {"table": f"records of {record.__module__.rpartition('.')[2]}", "version": str(record.VERSION)}
    return pa.schema(fields_of(record), metadata=metadata)


class Writer:
    """Writes rows of one table; the file appears when `close` is called, whole."""

    def __init__(self, path: Path, schema: pa.Schema, provenance: Mapping | None = None):
        """provenance: what the file says of its making; by default what its stage noted (provenance.made_by)."""
        self.rows = 0
        self._schema, self._pending = schema, []
        self._provenance = made_by() if provenance is None else provenance
        self._content = hashlib.sha256(_identity(schema))
        self._replacing = replacing(path)
        self._file = pq.ParquetWriter(self._replacing.__enter__(), schema, compression="zstd", version="2.6")

    def add(self, row: object) -> None:
        """row: a mapping of the columns, or a dataclass that has them as fields; a table's rows are all of one sort."""
        if isinstance(row, Mapping) and row.keys() != set(self._schema.names):
            wrong = sorted(row.keys() ^ set(self._schema.names))
            raise TypeError(f"row of {self._schema.metadata[b'table'].decode()} has not the right columns: {wrong}")
        self._pending.append(row)
        self.rows += 1
        if len(self._pending) == ROWS_PER_GROUP:
            self._flush()

    def add_batch(self, batch: pa.RecordBatch) -> None:
        """Rows as columns, after those that were added before; at most ROWS_PER_GROUP of them."""
        if self._pending:
            self._flush()
        if not batch.schema.equals(self._schema):
            raise TypeError(f"batch has not the columns of {self._schema.metadata[b'table'].decode()}: {batch.schema}")
        self._write(batch)
        self.rows += batch.num_rows

    def _flush(self) -> None:
        if isinstance(self._pending[0], Mapping):
            batch = pa.RecordBatch.from_pylist(self._pending, schema=self._schema)
            _refuse_nulls(batch, self._pending)
        else:
            batch = batch_of(self._pending, self._schema)
        self._write(batch)
        self._pending = []

    def _write(self, batch: pa.RecordBatch) -> None:
        batch.validate(full=True)
        self._content.update(batch.serialize())
        self._file.write_batch(batch, row_group_size=ROWS_PER_GROUP)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                if self._pending:
                    self._flush()
                provenance = json.dumps(self._provenance, sort_keys=True)
                self._file.add_key_value_metadata({"content": self._content.hexdigest(), "provenance": provenance})
            self._file.close()
        except BaseException as failure:  # the last rows were bad: the file must not appear
            self._replacing.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._replacing.__exit__(kind, error, trace)


def _refuse_nulls(batch: pa.RecordBatch, rows: list) -> None:
    """Arrow does not check that columns declared as non-null are."""
    for field in batch.schema:
        column = batch.column(field.name)
        if not field.nullable and column.null_count:
            row = rows[column.is_null().index(True).as_py()]
            raise ValueError(f"column {field.name} may not be null: {row}")


def write(rows: Iterable, schema: pa.Schema, path: Path, *, provenance: Mapping | None = None) -> int:
    """Write a table; returns its number of rows. Nothing appears at `path` unless all rows are good."""
    with Writer(path, schema, provenance) as writer:
        for row in rows:
            writer.add(row)
    return writer.rows


def open_table(path: Path, schema: pa.Schema) -> pq.ParquetFile:
    """A Parquet file checked to hold this table, in this version, with these columns.

    Raises BadData if it is missing, cut short or of another table.
    """
    name = schema.metadata[b"table"].decode()
    try:
        file = pq.ParquetFile(path, memory_map=True)
    except FileNotFoundError:
        raise BadData(f"no table of {name} here", file=path, fix="run the stage that makes it") from None
    except pa.ArrowException as error:
        raise BadData(f"not a whole Parquet file ({error})", file=path, fix=_AGAIN) from error
    found = file.schema_arrow
    metadata = found.metadata or {}
    for key in (b"table", b"version"):
        if metadata.get(key) != schema.metadata[key]:
            got, want = metadata.get(key, b"nothing").decode(), schema.metadata[key].decode()
            raise BadData(f"{key.decode()} is {got}, expected {want}", file=path, fix=_AGAIN)
    if found.names != schema.names:
        wrong = sorted(set(found.names) ^ set(schema.names)) or "order"
        raise BadData(f"columns of {name} differ: {wrong}", file=path, fix=_AGAIN)
    return file


def read(path: Path, schema: pa.Schema, *, columns: list[str] | None = None) -> Iterator[dict]:
    """Rows of a table, one at a time; memory holds one group of rows."""
    for batch in open_table(path, schema).iter_batches(ROWS_PER_GROUP, columns=columns):
        yield from batch.to_pylist()


def select(path: Path, schema: pa.Schema, keep: Callable[[pa.RecordBatch], list[int]]) -> Iterator[dict]:
    """Rows that `keep` names by their positions within each batch; only these become Python objects."""
    for batch in open_table(path, schema).iter_batches(ROWS_PER_GROUP):
        positions = keep(batch)
        if positions:
            yield from batch.take(pa.array(positions)).to_pylist()


def records(
    path: Path, record: type, *, keep: Callable[[pa.RecordBatch], pa.Array] | None = None
) -> Iterator:  # fmt: skip
    """The records of a table, one at a time; of those alone that `keep`'s mask of a batch names, if it is given."""
    for batch in open_table(path, of_records(record)).iter_batches(ROWS_PER_GROUP):
        yield from from_batch(batch.filter(keep(batch)) if keep else batch, record)


def records_in_order(path: Path, record: type, ids: Sequence[str]) -> Iterator:
    """The records of a table that have these ids, in the order of the ids.

    All of them are held, but as columns, a tenth of what objects take; of objects there is one group at a time.
    """
    wanted = set(ids)
    found = []
    for batch in open_table(path, of_records(record)).iter_batches(ROWS_PER_GROUP):
        found.append(batch.filter(pa.array([i in wanted for i in batch.column("record_id").to_pylist()], pa.bool_())))
    table = pa.Table.from_batches(found, of_records(record)).combine_chunks()
    places = {record_id: at for at, record_id in enumerate(table.column("record_id").to_pylist())}
    for start in range(0, len(ids), ROWS_PER_GROUP):
        group = table.take([places[record_id] for record_id in ids[start : start + ROWS_PER_GROUP]])
        for batch in group.to_batches():
            yield from from_batch(batch, record)


def rows_of(path: Path) -> int:
    """How many rows any table of ours has."""
    return pq.read_metadata(path).num_rows


def column(path: Path, name: str) -> list:
    """One column of any table of ours."""
    return pq.read_table(path, columns=[name]).column(name).to_pylist()


def columns(path: Path, names: list[str]) -> pa.Table:
    """Some columns of any table of ours."""
    return pq.read_table(path, columns=names)


def leaves(path: Path, name: str) -> Iterator:
    """The values of every field of that name of any table of ours, however deep in its columns."""
    file = pq.ParquetFile(path)
    paths = [file.schema.column(at).path for at in range(len(file.schema))]
    wanted = [path for path in paths if path.split(".")[-1] == name]
    for batch in file.iter_batches(ROWS_PER_GROUP, columns=wanted):
        for column in batch.columns:
            yield from _leaves(column)


def _leaves(column: pa.Array) -> list:
    """A column that was read for one field in it."""
    while pa.types.is_nested(column.type):
        [column] = column.flatten() if pa.types.is_struct(column.type) else [column.flatten()]
    return column.to_pylist()


def texts(path: Path, *, leave_out: Iterable[str]) -> Iterator[str]:
    """Every text of any table of ours, however deep in its columns, but those of the columns left out."""
    file = pq.ParquetFile(path)
    columns = [name for name in file.schema_arrow.names if name not in set(leave_out)]
    for batch in file.iter_batches(ROWS_PER_GROUP, columns=columns):
        for row in batch.to_pylist():
            yield from _texts(row)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _identity(schema: pa.Schema) -> bytes:
    return b"%s %s" % (schema.metadata[b"table"], schema.metadata[b"version"])


def content_digest(path: Path) -> str:
    """Digest of a file's content: of a table's rows (not its provenance), of any other file's bytes."""
    if path.suffix != ".parquet":
        return sha256(path)
    try:
        metadata = pq.read_metadata(path).metadata or {}  # the file's own; its schema's lacks what was added at the end
    except pa.ArrowException as error:
        raise BadData(f"not a whole Parquet file ({error})", file=path, fix=_AGAIN) from error
    return metadata[b"content"].decode() if b"content" in metadata else sha256(path)
