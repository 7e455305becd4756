"""OFA. `load(path_or_name)` takes a released checkpoint; `python -m workflow_scripts.models.ofa convert` keeps it."""

import importlib

_FROM = {
    "load": "checkpoints", "OFAConfig": "configuration", "OFAForConditionalGeneration": "modeling",
    "OFAProcessor": "processing",
}  # fmt: skip
__all__ = list(_FROM)


def __getattr__(name: str):
    """Imported when asked for: the Snakefile needs the sizes and no torch."""
    if name in _FROM:
        return getattr(importlib.import_module(f"{__name__}.{_FROM[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
