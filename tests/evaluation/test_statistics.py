"""Every formula of the tables, by hand; and what holds of any scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workflow_scripts.errors import BadData
from workflow_scripts.evaluation import tables
from workflow_scripts.evaluation.statistics import (
    Measured,
    Study,
    flipped_means,
    holm,
    interval,
    over_instructions,
    p_value,
    resampled_means,
)


def measured(task: str, scores: list, *, variant="v", seed=0, metric="accuracy", kind="multimodal", primary=True):
    """scores: a list of each instance's, or one number per instruction of a single instance."""
    grid = np.array(scores, dtype=float)
    grid = grid if grid.ndim == 2 else grid[None]
    nothing = (0,) * grid.shape[1]
    names = tuple(f"{n:03}" for n in range(len(grid)))
    return Measured(variant, seed, task, kind, metric, primary, names, grid, nothing, None)


def study(*several: Measured) -> Study:
    return Study(several, seed=0, draws=400)


def test_task_over_its_instructions():
    over = over_instructions(np.array([[0.2, 0.4, 0.6, 0.8, 1.0]]))
    assert over.mean == pytest.approx(0.6)
    assert over.max == 1.0
    assert over.std == pytest.approx(0.08**0.5)  # squares 0.16 + 0.04 + 0 + 0.04 + 0.16, over five
    assert over.sensitivity == pytest.approx(0.08**0.5 / 0.6)


def test_seeds_are_averaged_last():
    # means over instances: seed 0 (1, 0), seed 1 (0.5, 0.5): the mean of maxima is not the maximum of means
    seeds = measured("t", [[1, 0], [1, 0]], seed=0), measured("t", [[1, 0], [0, 1]], seed=1)
    [row] = tables.tasks(study(*seeds))
    assert (row["mean"], row["max"], row["std"]) == (0.5, 0.75, 0.25)
    assert (row["n"], row["seeds"]) == (8, 2)


def test_sensitivity_is_the_mean_of_each_tasks_spread():
    [row] = tables.aggregates(study(measured("a", [0.2, 0.4]), measured("b", [0.5, 0.5]), measured("zero", [0.0, 0.0])))
    assert row["sensitivity"] == pytest.approx((0.1 / 0.3 + 0) / 2)  # zero has none
    assert row["without_sensitivity"] == 1
    assert row["mean"] == pytest.approx((0.3 + 0.5 + 0) / 3)
    assert row["max"] == pytest.approx((0.4 + 0.5 + 0) / 3)
    assert row["tasks"] == 3


def test_sensitivity_is_of_each_seed():
    # seed 0: 0.5 / 0.5; seed 1: 0; of their averaged scores it would be 0.25 / 0.75
    [row] = tables.aggregates(study(measured("a", [0.0, 1.0], seed=0), measured("a", [1.0, 1.0], seed=1)))
    assert row["sensitivity"] == 0.5
    assert row["seed_std"] == pytest.approx(0.125**0.5)  # of 0.5 and 1: squares 0.0625 twice, over one
    assert row["seeds"] == 2


def test_sensitivity_of_nothing_is_not_defined():
    [row] = tables.aggregates(study(measured("zero", [0.0, 0.0])))
    assert (row["sensitivity"], row["without_sensitivity"], row["seed_std"]) == (None, 1, None)
    [row] = tables.aggregates(study(measured("text", [0.5], kind="nlp")))
    assert (row["sensitivity"], row["without_sensitivity"]) == (None, None)


@pytest.mark.parametrize("order", [1, -1])
def test_aggregates_take_the_primary_metric(order):
    rows = [measured("a", [0.1], primary=False), measured("a", [0.7], metric="rouge_l"), measured("b", [0.3])]
    [row] = tables.aggregates(study(*rows[::order]))
    assert row["mean"] == pytest.approx(0.5)
    assert row["tasks"] == 2


def test_kinds_and_variants_are_kept_apart():
    rows = measured("a", [0.2]), measured("b", [0.6], kind="nlp"), measured("a", [1.0], variant="other")
    found = tables.aggregates(study(*rows))
    assert {(r["variant"], r["kind"]): r["mean"] for r in found} == {
        ("v", "multimodal"): 0.2,
        ("v", "nlp"): 0.6,
        ("other", "multimodal"): 1.0,
    }


def test_interval_is_of_the_middle_95_percent():
    assert interval(np.arange(101)) == (2.5, 97.5)


def test_resampled_means_have_the_bootstraps_spread():
    # the mean of n = 4 values of variance 0.25 (two zeros, two ones) has the variance 0.25 / 4
    found = resampled_means(np.array([[0.0], [0.0], [1.0], [1.0]]), np.random.default_rng(0), 20000)
    assert found.shape == (20000, 1)
    assert found.mean() == pytest.approx(0.5, abs=0.01)
    assert found.var() == pytest.approx(0.0625, rel=0.05)
    assert set(np.unique(found)) == {0, 0.25, 0.5, 0.75, 1}


def test_all_columns_are_resampled_alike():
    one = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    found = resampled_means(np.stack([one, one], axis=1), np.random.default_rng(0), 50)
    assert (found[:, 0] == found[:, 1]).all()


def test_aggregates_interval_draws_within_each_task():
    # each instance of a task scores the same: however they are drawn, the task's mean stays
    [row] = tables.aggregates(study(measured("a", [[1.0]] * 5), measured("b", [[0.0]] * 3)))
    assert (row["low"], row["mean"], row["high"]) == (0.5, 0.5, 0.5)


def test_p_of_every_sign():
    # differences 1 and 1: the signs give 1, 0, 0, -1; as far from 0 as the observed 1 are half of them
    found = flipped_means(np.array([1.0, 1.0]), np.random.default_rng(0), 20000)
    assert p_value(1.0, found) == pytest.approx(0.5, abs=0.02)
    assert p_value(1.0, np.array([0.5, -1.0, 0.0])) == 0.5  # (1 + 1) / (1 + 3)
    assert p_value(0.0, np.zeros(9)) == 1.0


def test_holm_by_hand():
    # sorted 0.01, 0.02, 0.04, times 3, 2, 1: 0.03, 0.04, 0.04; never falling, never above 1
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_difference_that_every_instance_shows():
    worse, better = measured("t", [[0.0]] * 12, variant="ofa"), measured("t", [[1.0]] * 12, variant="tuned")
    whole, task = tables.significance(study(worse, better), "tuned")
    assert (whole["variant"], whole["against"], whole["task"], task["task"]) == ("ofa", "tuned", "", "t")
    assert (whole["difference"], whole["low"], whole["high"]) == (-1, -1, -1)
    assert whole["p"] < 0.01  # 2 of 4096 signs


def test_a_variant_is_not_told_from_itself():
    scores = [[0.0], [1.0], [1.0]]
    rows = tables.significance(study(measured("t", scores), measured("t", scores, variant="same")), "v")
    assert [(row["difference"], row["p"]) for row in rows] == [(0, 1), (0, 1)]


def test_more_comparisons_raise_p():
    base = measured("t", [[1.0], [1.0], [1.0], [0.0]], variant="base")
    others = [measured("t", [[0.0]] * 4, variant=f"v{n}") for n in range(3)]
    rows = [row for row in tables.significance(study(base, *others), "base") if not row["task"]]
    assert len(rows) == 3
    assert all(row["p"] == min(3 * row["p_alone"], 1) for row in rows)


def test_curves_end_at_the_whole():
    points = [
        {"ablation": "groups", "value": 9, "variant": "whole"},
        {"ablation": "groups", "value": 1, "variant": "g1"},
        {"ablation": "groups", "value": 3, "variant": "not answered"},
    ]
    found = study(
        measured("t", [0.2, 0.4], variant="g1", seed=0),
        measured("t", [0.8, 0.8], variant="whole", seed=0),
        measured("t", [0.0, 0.0], variant="whole", seed=1),
    )
    rows = list(tables.ablations(found, points, "whole"))
    assert [(r["value"], r["variant"], r["seeds"]) for r in rows] == [(1, "g1", 1), (9, "whole", 1)]
    assert [r["mean"] for r in rows] == pytest.approx([0.3, 0.8])
    assert [r["sensitivity"] for r in rows] == pytest.approx([1 / 3, 0])


def test_runs_must_have_answered_the_same():
    with pytest.raises(BadData, match="other answered other instances of t"):
        study(measured("t", [[1.0]]), measured("t", [[1.0], [0.0]], variant="other"))


GRIDS = arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=st.floats(0, 1, width=16))


@settings(deadline=None, max_examples=25)
@given(GRIDS, st.randoms(use_true_random=False))
def test_what_holds_of_any_scores(grid, random):
    [row] = tables.tasks(study(measured("t", grid)))
    assert 0 <= row["low"] <= row["high"] <= 1
    assert 0 <= row["mean"] <= row["max"] + 1e-12 <= 1 + 1e-12
    order = random.sample(range(grid.shape[1]), grid.shape[1])
    [permuted] = tables.tasks(study(measured("t", grid[:, order])))
    assert [permuted[k] for k in ("mean", "max", "std")] == pytest.approx([row[k] for k in ("mean", "max", "std")])
