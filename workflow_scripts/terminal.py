"""Tables for a terminal."""

import itertools
import textwrap
from collections.abc import Iterable, Iterator, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> str:
    """Aligned columns of at most these widths, in characters; what is longer is wrapped between words.

    >>> print(table(("a", "b"), [("one two", "3")], (3, 9)), end="")
    a    b
    ---  -
    one  3
    two
    """
    rows = [tuple(header), *map(tuple, rows)]
    narrow = [min(width, max(len(row[at]) for row in rows)) for at, width in enumerate(widths)]
    rows.insert(1, tuple("-" * width for width in narrow))
    return "".join(f"{line}\n" for row in rows for line in _lines(row, narrow))


def _lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [
        textwrap.wrap(cell, width, break_on_hyphens=False, break_long_words=False) for cell, width in zip(row, widths)
    ]
    for parts in itertools.zip_longest(*cells, fillvalue=""):
        yield "  ".join(part.ljust(width) for part, width in zip(parts, widths)).rstrip()
