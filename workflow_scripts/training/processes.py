"""Several processes on one machine, as torchrun starts them: what they agree on, and statistics that they share."""

import os
from typing import TypeVar

T = TypeVar("T")


def rank() -> int:
    """Which of the processes this is; 0 also where there is one."""
    return int(os.environ.get("RANK", 0))


def count() -> int:
    return int(os.environ.get("WORLD_SIZE", 1))


def _state():
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available())


def agreed(value: T) -> T:
    """The first process's value, on every process. The others wait for it."""
    if count() == 1:
        return value
    from accelerate.utils import broadcast_object_list

    _state()
    return broadcast_object_list([value])[0]


def wait() -> None:
    """Until every process is here."""
    if count() > 1:
        _state().wait_for_everyone()
