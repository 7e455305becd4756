"""Tuning as a whole, through the stage."""

import json

import pytest
import torch

from .conftest import SETTINGS, logged, row, same, weights, write


def test_a_run_learns_and_says_how(small):
    model = small.tune(epochs=6, dropout=0.0)
    losses = logged(model)
    assert losses[1] > 1.5 * losses[max(losses)]
