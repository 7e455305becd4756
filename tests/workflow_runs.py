"""Running the real workflow in a copy of this repository, and what a dry run says it would do."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SNAKEMAKE = Path(sys.executable).parent / "snakemake"
_JOB = re.compile(r"^(?:local)?rule (\w+):\n((?:    .*\n)+)", re.M)
_OUTPUT = re.compile(r"^    output: (\S+?),?(?: |$)", re.M)


def copy_repository(to: Path) -> Path:
    """Every file that git tracks or would, as a checkout of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    for name in filter(None, listed):
        if (REPOSITORY / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, to / name)
    return to


def command(*arguments: str, cores: int = 2, config: str = "configs/smoke.yaml") -> list[str]:
    return [str(SNAKEMAKE), "--configfile", config, "--cores", str(cores), *arguments]


def environment(memo: Path | None) -> dict[str, str]:
    return os.environ | {"MULTIINSTRUCT_MEMO": "" if memo is None else str(memo)}


def snakemake(folder: Path, *arguments: str, memo: Path | None = None, **options) -> subprocess.CompletedProcess:
    """Run Snakemake there to its end."""
    return subprocess.run(
        command(*arguments, **options), cwd=folder, env=environment(memo), capture_output=True, text=True, timeout=900
    )


def finish(folder: Path, *arguments: str, **options) -> str:
    """Run Snakemake there; it must succeed."""
    done = snakemake(folder, *arguments, **options)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return done.stderr + done.stdout


def planned(folder: Path, *arguments: str) -> set[str]:
    """What a dry run would do: "<rule> <first output without results/>" of every job but the final `all`.

    Jobs that announce what they fetch are not among them: Snakemake prints their message in place of their outputs.
    """
    said = finish(folder, "-n", *arguments)
    jobs = {(name, _OUTPUT.search(text)) for name, text in _JOB.findall(said)}
    return {f"{name} {output[1].removeprefix('results/')}" for name, output in jobs if output}


def contents(folder: Path, *patterns: str) -> dict[str, bytes]:
    """Bytes of the files below results/ that match, by path."""
    results = folder / "results"
    files = sorted(path for pattern in patterns for path in results.glob(pattern) if path.is_file())
    return {str(path.relative_to(results)): path.read_bytes() for path in files}
