"""Answers that are equally frequent, whatever their share in a dataset."""

from collections.abc import Hashable, Mapping

from workflow_scripts.tasks.base import Draw


def is_kept(answer: Hashable, times: Mapping[Hashable, int], draw: Draw, *, purpose: str) -> bool:
    """Whether to keep something with this answer, so that of all answers about as many are kept as of the rarest.

    times: how often each answer occurs in the whole split (a survey's count).
    """
    return draw.generator(purpose).random() * times[answer] < min(times.values())
