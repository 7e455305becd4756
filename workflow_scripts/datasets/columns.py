"""What readers of the largest files do to whole columns at once, so that no object is made per box."""

import itertools
import operator
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workflow_scripts.dataclass_columns import REGION
from workflow_scripts.datasets.base import BadRecord, region_of, text_of

Reasons = dict[int, str]  # row -> why it is bad


def regions_of(boxes: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, Reasons]:
    """`region_of` for many: boxes (n, 4) of x, y, w, h and sizes (n, 2) of their pictures -> x0, y0, x1, y1."""
    width, height = sizes[:, 0], sizes[:, 1]
    x, y, w, h = boxes.T
    x0, y0 = np.clip(x, 0, width), np.clip(y, 0, height)
    x1, y1 = np.clip(x + w, 0, width), np.clip(y + h, 0, height)
    good = np.isfinite(boxes).all(axis=1) & (w > 0) & (h > 0) & ((x1 - x0) * (y1 - y0) > 0)
    bad = {}
    for row in np.flatnonzero(~good).tolist():
        try:
            region_of(*boxes[row].tolist(), *sizes[row].tolist())
        except BadRecord as error:
            bad[row] = str(error)
    return np.stack([x0, y0, x1, y1], axis=1), bad


def boxes_of(items: Sequence, *fields: str) -> np.ndarray:
    """The four fields of each item, in this order: (n, 4)."""
    values = itertools.chain.from_iterable(map(operator.attrgetter(*fields), items))
    return np.fromiter(values, np.float64, 4 * len(items)).reshape(-1, 4)


def texts_of(values: Sequence[str], field_name: str) -> tuple[pa.StringArray, Reasons]:
    """`text_of` for many; a bad one becomes empty."""
    texts = pc.utf8_trim_whitespace(pa.array(values, pa.string()))
    untidy = pc.or_(pc.match_substring_regex(texts, _BLANKS), pc.invert(pc.string_is_ascii(texts)))
    if rows := np.flatnonzero(untidy).tolist():
        texts = pc.replace_with_mask(texts, untidy, pa.array([" ".join(values[row].split()) for row in rows]))
    bad = {}
    for row in np.flatnonzero(pc.equal(pc.binary_length(texts), 0)).tolist():
        try:
            text_of(values[row], field_name)
        except BadRecord as error:
            bad[row] = str(error)
    return texts, bad


_BLANKS = r"  |[\t-\r\x1c-\x1f]"  # of ASCII, those that one blank stands for


def good_rows(count: int, bad: Reasons) -> np.ndarray:
    good = np.ones(count, bool)
    good[list(bad)] = False
    return np.flatnonzero(good)


def region_array(regions: np.ndarray) -> pa.FixedSizeListArray:
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(regions).ravel()), type=REGION)


def grouped(values: pa.Array, counts: np.ndarray, kind: pa.ListType) -> pa.ListArray:
    """Neighbouring values as lists of so many each."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind)
