"""How this process gets memory from the system."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # glibc's names for mallopt's parameters, in malloc.h


def keep_freed_memory() -> bool:
    """Keep what tensors free for the next ones instead of giving it back; whether this system's malloc can do so.

    By default glibc maps every large tensor anew, and the kernel fills it with zeros page by page. Without that, a
    training step of ofa_tiny on two cores costs 3.7 CPU seconds instead of 4.4, with the same largest memory.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    return mallopt is not None and bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, -1))
