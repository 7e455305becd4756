"""From the scores of single answers to what is said of a task, a variant and a pair of variants.

A `Measured` is one run's scores on one task under one metric, instances by instructions. Everything that is averaged
over seeds is computed for each seed first. Deviations over instructions are of the population (the five instructions
are all there are), those over seeds of a sample (other seeds could have been drawn).

Intervals and tests are over instances: a drawn set of instances is the same for all variants, metrics, seeds and
instructions of a task. What they say of a difference is therefore paired, and holds for these seeds and instructions.
Axes: n instances, k instructions, d draws, c columns (variants).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workflow_scripts.errors import BadData
from workflow_scripts.randomness import keyed_number

DRAWS = 10_000
AT_ONCE = 100  # draws; bounds the memory
SIDES = (0.025, 0.975)  # of a 95 % interval
ROUNDING = 1e-12  # differences up to this are none
MULTIMODAL = "multimodal"


@dataclass(frozen=True)
class Measured:
    """One run's scores on one task under one metric.

    scores (n, k): of instances in the order of `instances` under each instruction. unparsed, off_options (k,): how many
    of the outputs could not be parsed or were no option; off_options is None where there are no options. primary: the
    metric is the one that aggregates take of this task.
    """

    variant: str
    seed: int | None
    task: str
    kind: str
    metric: str
    primary: bool
    instances: tuple[str, ...]
    scores: np.ndarray
    unparsed: tuple[int, ...]
    off_options: tuple[int, ...] | None


@dataclass(frozen=True)
class Over:
    """Mean, maximum and standard deviation over a task's instructions; sensitivity is None where the mean is 0."""

    mean: float
    max: float
    std: float

    @property
    def sensitivity(self) -> float | None:
        return self.std / self.mean if self.mean > 0 else None


def over_instructions(scores: np.ndarray) -> Over:
    """Scores (n, k) -> of the k means over instances.

    >>> over_instructions(np.array([[0.0, 1.0], [1.0, 1.0]]))
    Over(mean=0.75, max=1.0, std=0.25)
    """
    means = scores.mean(axis=0)
    return Over(float(means.mean()), float(means.max()), float(means.std()))


class Study:
    """All that was measured, by (variant, task, metric), and what is drawn from it.

    Raises BadData where two runs did not answer the same instances of a task: nothing could be compared.
    """

    def __init__(self, measured: Iterable[Measured], seed: int, draws: int = DRAWS):
        self._seed, self._draws = seed, draws
        self.runs: dict[tuple[str, str, str], list[Measured]] = defaultdict(list)
        instances: dict[str, tuple[str, ...]] = {}
        for m in measured:
            if instances.setdefault(m.task, m.instances) != m.instances:
                fix = "delete the predictions of both and run snakemake again"
                raise BadData(f"{m.variant} answered other instances of {m.task} than variants before it", fix=fix)
            self.runs[m.variant, m.task, m.metric].append(m)
        self._means: dict[tuple[str, str, str], np.ndarray] = {
            key: np.mean([m.scores.mean(axis=1) for m in runs], axis=0) for key, runs in self.runs.items()
        }  # (n,) of each instance, over instructions and seeds
        self._resampled: dict[tuple[str, str, str], np.ndarray] = {}

    def primary(self, variant: str, kind: str) -> dict[str, str]:
        """task -> the metric that aggregates take, of all that this variant answered."""
        return {
            task: metric for (v, task, metric), [m, *_] in self.runs.items()
            if v == variant and m.kind == kind and m.primary
        }  # fmt: skip

    def resampled(self, variant: str, task: str, metric: str) -> np.ndarray:
        """(d,) means of the task over instances drawn with replacement."""
        if (variant, task, metric) not in self._resampled:
            keys = [key for key in self._means if key[1] == task]
            columns = np.stack([self._means[key] for key in keys], axis=1)  # (n, c)
            drawn = resampled_means(columns, self._generator("resample", task), self._draws)  # (d, c)
            self._resampled |= dict(zip(keys, drawn.T))
        return self._resampled[variant, task, metric]

    def difference(self, variant: str, against: str, task: str, metric: str) -> tuple[float, np.ndarray, np.ndarray]:
        """Of two means: itself, its resampled values (d,), and its values (d,) if the two were one and the same."""
        differences = self._means[variant, task, metric] - self._means[against, task, metric]  # (n,)
        resampled = self.resampled(variant, task, metric) - self.resampled(against, task, metric)
        flipped = flipped_means(differences, self._generator("flip", task), self._draws)
        return float(differences.mean()), resampled, flipped

    def _generator(self, purpose: str, task: str) -> np.random.Generator:
        return np.random.default_rng(keyed_number(self._seed, purpose, task))


def resampled_means(columns: np.ndarray, generator: np.random.Generator, draws: int) -> np.ndarray:
    """Means of columns (n, c) over n rows drawn with replacement, as often as `draws` says: (d, c)."""
    n = len(columns)
    found = []
    for start in range(0, draws, AT_ONCE):
        times = generator.multinomial(n, np.full(n, 1 / n), size=min(AT_ONCE, draws - start))  # (d, n) each row's
        found.append(times @ columns / n)
    return np.concatenate(found)


def flipped_means(differences: np.ndarray, generator: np.random.Generator, draws: int) -> np.ndarray:
    """Means of differences (n,) after each has kept or changed its sign by a fair coin: (d,)."""
    n = len(differences)
    found = []
    for start in range(0, draws, AT_ONCE):
        signs = generator.integers(2, size=(min(AT_ONCE, draws - start), n)) * 2 - 1
        found.append(signs @ differences / n)
    return np.concatenate(found)


def interval(resampled: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of what was resampled: its 2.5th and 97.5th percentiles."""
    low, high = np.quantile(resampled, SIDES)
    return float(low), float(high)


def p_value(observed: float, flipped: np.ndarray) -> float:
    """Two-sided, of a permutation test: the share of values as far from 0 as the observed one, itself among them."""
    return float((1 + np.sum(np.abs(flipped) >= abs(observed) - ROUNDING)) / (1 + len(flipped)))


def holm(values: Sequence[float]) -> list[float]:
    """p-values of several tests, corrected so that one false alarm among all of them is as rare as each p says.

    Source: Holm 1979.

    >>> holm([0.25, 0.125])
    [0.25, 0.25]
    """
    corrected, least = [0.0] * len(values), 0.0
    for rank, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        least = max(least, min((len(values) - rank) * values[at], 1.0))
        corrected[at] = least
    return corrected


def mean_of(values: Iterable[float | None]) -> float | None:
    """The mean of those that are defined; None if none is."""
    defined = [v for v in values if v is not None]
    return float(np.mean(defined)) if defined else None


def by_seed(runs: Mapping[str, Sequence[Measured]]) -> dict[int | None, dict[str, Measured]]:
    """task -> its runs, turned into seed -> task -> run."""
    turned: dict[int | None, dict[str, Measured]] = defaultdict(dict)
    for task, several in runs.items():
        for m in several:
            turned[m.seed][task] = m
    return dict(turned)
