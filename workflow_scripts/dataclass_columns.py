"""Dataclasses as Arrow columns and back. Columns are made one by one, so that no dict is made per value."""

import dataclasses
import itertools
import types
import typing
from collections.abc import Sequence

import pyarrow as pa

# x0, y0, x1, y1 in pixels of the stored picture, origin top left, x1 and y1 exclusive.
REGION = pa.list_(pa.field("element", pa.float64(), nullable=False), 4)


def fields_of(cls: type) -> list[pa.Field]:
    """A dataclass's fields by their type hints: tuples as lists, dataclasses as structs, four floats as a region."""
    hints = typing.get_type_hints(cls)
    return [_field(f.name, hints[f.name]) for f in dataclasses.fields(cls)]


def _field(name: str, hint: object) -> pa.Field:
    if isinstance(hint, types.UnionType):
        [inner] = [h for h in typing.get_args(hint) if h is not type(None)]
        return _field(name, inner).with_nullable(True)
    return pa.field(name, _arrow_type(hint), nullable=False)


def _arrow_type(hint: object) -> pa.DataType:
    simple = {int: pa.int64(), float: pa.float64(), str: pa.string(), bool: pa.bool_()}
    if hint in simple:
        return simple[hint]
    if dataclasses.is_dataclass(hint):
        return pa.struct(fields_of(hint))
    args = typing.get_args(hint)
    if args == (float, float, float, float):
        return REGION
    if typing.get_origin(hint) is tuple and len(args) == 2 and args[1] is Ellipsis:
        return pa.list_(_field("element", args[0]))
    raise TypeError(f"no Arrow type for {hint}")


def as_row(value: object) -> object:
    """A dataclass and all it holds as dicts and lists, ready for Arrow (dataclasses.asdict, but without its copies)."""
    if dataclasses.is_dataclass(value):
        return {f.name: as_row(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return [as_row(v) for v in value] if isinstance(value, tuple) else value


def batch_of(objects: Sequence, schema: pa.Schema) -> pa.RecordBatch:
    """Instances of a dataclass as columns, which are built one by one and not row by row."""
    columns = [_column([getattr(o, field.name) for o in objects], field) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(values: list, field: pa.Field) -> pa.Array:
    """Values of a record's field: of lists and structs the columns below, which makes no dict per value."""
    kind = field.type
    if field.nullable or not pa.types.is_nested(kind):
        column = pa.array(map(as_row, values) if pa.types.is_nested(kind) else values, kind)
        if column.null_count and not field.nullable:
            raise ValueError(f"field {field.name} may not be null: {values[column.is_null().index(True).as_py()]}")
        return column
    if pa.types.is_struct(kind):
        below = [kind.field(i) for i in range(kind.num_fields)]
        columns = [_column([getattr(v, f.name) for v in values], f) for f in below]
        return pa.StructArray.from_arrays(columns, fields=below)
    below = _column([inner for value in values for inner in value], kind.value_field)
    if pa.types.is_fixed_size_list(kind):
        return pa.FixedSizeListArray.from_arrays(below, type=kind)
    offsets = [0, *itertools.accumulate(map(len, values))]
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), below, type=kind)


def from_batch(batch: pa.RecordBatch, record: type) -> list:
    """The instances of a record dataclass that `batch_of` made columns of."""
    hints = typing.get_type_hints(record)
    names = [f.name for f in dataclasses.fields(record)]
    return [record(*row) for row in zip(*(_values(batch.column(name), hints[name]) for name in names))]


def _values(column: pa.Array, hint: object) -> list:
    """The values of a column as what the hint says, again column by column."""
    if isinstance(hint, types.UnionType):
        [inner] = [h for h in typing.get_args(hint) if h is not type(None)]
        values = iter(_values(column.drop_null(), inner))
        return [next(values) if valid else None for valid in column.is_valid().to_pylist()]
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        parts = [_values(part, hints[f.name]) for f, part in zip(dataclasses.fields(hint), column.flatten())]
        return [hint(*row) for row in zip(*parts)]
    if typing.get_origin(hint) is not tuple:
        return column.to_pylist()
    args = typing.get_args(hint)
    if args[-1] is not Ellipsis:
        return list(zip(*[iter(_values(column.flatten(), args[0]))] * len(args)))
    values, ends = _values(column.flatten(), args[0]), column.offsets.to_pylist()
    return [tuple(values[start - ends[0] : end - ends[0]]) for start, end in itertools.pairwise(ends)]
