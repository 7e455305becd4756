"""What the run took: jobs, time and memory of each stage, from Snakemake's benchmark files; and the code's revision."""

import csv
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.provenance import ROOT

STAGES = (
    *("miniature", "download", "released", "read", "fingerprint", "derive", "hold_out", "leakage", "expand"),
    *("tokenizer", "vqgan", "tokenise", "initialise", "train", "evaluate", "score"),
)  # in the order of the flow; what is not here comes last
FROM_MEMO = "taken from the memo, entry"  # stages.entry


@dataclass(frozen=True)
class StageWork:
    """One stage's jobs: seconds of wall clock and of processor, added up, and the largest job's memory."""

    stage: str
    jobs: int
    from_memo: int  # of them, those whose result was there already: their time is not that of the work
    wall_s: float
    cpu_s: float
    peak_mb: float


def stages(benchmarks: Path, logs: Path) -> list[StageWork]:
    """The stages that left benchmark files: <stage>.tsv or <stage>/....tsv, and logs of the same names.

    A job that is rerun overwrites its file, so that each counts once, as it ran last.
    """
    by_stage: dict[str, list[Path]] = {}
    for path in sorted(benchmarks.rglob("*.tsv")):
        place = path.relative_to(benchmarks)
        by_stage.setdefault(place.parts[0].removesuffix(".tsv"), []).append(place)
    by_stage.pop("report", None)  # an earlier one's: this one is not done yet
    order = {stage: i for i, stage in enumerate(STAGES)}
    names = sorted(by_stage, key=lambda stage: (order.get(stage, len(order)), stage))
    return [_stage(stage, by_stage[stage], benchmarks, logs) for stage in names]


def _stage(stage: str, places: Iterable[Path], benchmarks: Path, logs: Path) -> StageWork:
    rows = [row for place in places for row in _rows(benchmarks / place)]
    return StageWork(
        stage,
        len(rows),
        sum(_is_from_memo((logs / place).with_suffix(".log")) for place in places),
        sum(_figure(row["s"]) for row in rows),
        sum(_figure(row["cpu_time"]) for row in rows),
        max((_figure(row["max_rss"]) for row in rows), default=0.0),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _figure(text: str) -> float:
    """A figure of a benchmark file; Snakemake writes NA or - for a job that ended before it was measured."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _is_from_memo(log: Path) -> bool:
    return log.is_file() and FROM_MEMO in log.read_text(encoding="utf-8", errors="replace")[-500:]


def revision() -> str | None:
    """Of git, of the code that writes the report, with a word if files were changed since; None without git."""
    command = [
        "git",
        "-C",
        str(ROOT),
        "describe",
        "--always",
        "--abbrev=12",
        "--dirty= and changes since",
        "--exclude=*",
    ]
    try:
        said = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return said.stdout.strip() if said.returncode == 0 else None
