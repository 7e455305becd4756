"""How many instances of each training task had something in common with each unseen task, before and after."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from workflow_scripts import schemas
from workflow_scripts.separation.fingerprints import read
from workflow_scripts.separation.held_out import HeldOut

SHOWN = ("instance_id", "image", "target_image")  # of an example, which also the instance has
COLUMNS = ("task", "unseen_task", "reason", "before", "after")
ANY = "any"  # in place of an unseen task and of a reason: each instance counts once


def counted(tables: Iterable[tuple[Path, Path]], held_out: Path, fingerprints: Sequence[Path]) -> list[dict]:
    """Rows of COLUMNS where `before` is not 0, and one with ANY for each training task.

    tables: (instances, examples) of a task's split. What is left is looked at again in the examples, whose pictures and
    ids are what is trained on.
    """
    out, known = HeldOut(held_out), read(fingerprints)
    times = {"before": Counter(), "after": Counter()}
    for instances, examples in tables:
        task = instances.parent.name
        trained_on = {row["instance_id"]: row for row in schemas.read(examples, schemas.EXAMPLES, columns=[*SHOWN])}
        for instance in schemas.read(instances, schemas.INSTANCES, columns=[*SHOWN, "text"]):
            _count(times["before"], task, out.leaks(instance, known))
            if example := trained_on.pop(instance["instance_id"], None):
                _count(times["after"], task, out.leaks(instance | example, known))
        if trained_on:
            raise ValueError(f"{examples}: examples of no instance: {sorted(trained_on)[:3]}")
        times["before"][task, ANY, ANY] += 0  # a row of its own, also where nothing is in common
    keys = sorted(times["before"], key=lambda key: (key[0], key[1] == ANY, key))
    return [dict(zip(COLUMNS, (*key, times["before"][key], times["after"][key]))) for key in keys]


def _count(times: Counter, task: str, leaks: set[tuple[str, str]]) -> None:
    times.update((task, unseen, reason) for unseen, reason in leaks)
    times[task, ANY, ANY] += bool(leaks)


def as_csv(rows: Iterable[Mapping]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
