"""Whatever stands where a reader expects something else is set aside or is an error for people, never a crash."""

import contextlib
import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow_scripts.datasets.registry import dataset_ids
from workflow_scripts.errors import BadData

HALF = "\ud83d"  # of a character
HOSTILE = [
    *(None, True, -1, 5.5, "5", "", [], {}, [[]], [None]),
    *(2**63, -(2**64), 10**25, math.nan, math.inf, -math.inf, 1e300),
    *("\0", HALF, [HALF], {"id": HALF}, {"id": 10**25}, "NESTED"),
    *("/etc/passwd", "../../etc/passwd", "7_x/../../..", "a" * 300 + "/x.jpg"),
]


@pytest.mark.parametrize("dataset", dataset_ids())
def test_hostile_value(raw, dataset):
    draw = random.Random(dataset)
    files = [p for p in sorted(raw.roots[dataset].rglob("*.json*")) if p.name not in ("fixture.json", "records.jsonl")]
    for _ in range(60 if files else 0):
        path = draw.choice(files)
        whole = path.read_bytes()
        path.write_text(spoilt(path, draw))
        with contextlib.suppress(BadData):
            raw.read(dataset)
        path.write_bytes(whole)


def spoilt(path: Path, draw: random.Random) -> str:
    """The text of a JSON or JSON-lines file with one value replaced."""
    text = path.read_text()
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [json.loads(line) for line in text.splitlines()]
    holder, key = draw.choice(list(places(documents)))
    holder[key] = draw.choice(HOSTILE)
    return "\n".join(map(json.dumps, documents)).replace('"NESTED"', "[" * 2000 + "]" * 2000)


def places(value: Any) -> Iterator[tuple[dict | list, Any]]:
    """Every place in nested lists and dicts: what holds it, and its key there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])
