"""What is done to whole columns gives what is done to one value at a time."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workflow_scripts.datasets.base import BadRecord, region_of, text_of
from workflow_scripts.datasets.columns import regions_of, texts_of

numbers = st.floats(-200, 200) | st.sampled_from([0.0, 40.0, 100.0, 1e308, 1e-300, math.inf, -math.inf, math.nan])
boxes = st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=4)


def each(make, *columns) -> tuple[dict, dict]:
    """(row -> what is made of it, row -> why nothing is)."""
    good, bad = {}, {}
    for row, values in enumerate(zip(*columns)):
        try:
            good[row] = make(*values)
        except BadRecord as error:
            bad[row] = str(error)
    return good, bad


@given(boxes)
def test_regions(found):
    good, bad = each(lambda box: region_of(*box, 100, 40), found)
    sizes = np.tile([100, 40], (len(found), 1))
    with np.errstate(all="ignore"):
        regions, reasons = regions_of(np.array(found, np.float64).reshape(-1, 4), sizes)
    assert reasons == bad
    assert {row: tuple(regions[row]) for row in good} == good
    assert np.isfinite(regions[list(good)]).all()


@given(st.lists(st.text(st.sampled_from("a \t\n\u00a0\u3000"), max_size=4)))
def test_texts(found):
    good, bad = each(lambda text: text_of(text, "phrase"), found)
    texts, reasons = texts_of(found, "phrase")
    texts = texts.to_pylist()
    assert reasons == bad
    assert {row: texts[row] for row in good} == good
