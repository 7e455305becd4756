"""Fetch the files of a released model."""

import time
from pathlib import Path

from workflow_scripts.models.released import NANO_FILES, RELEASES, SHIPPED
from workflow_scripts.raw.fetch import fetch, place
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.lock import Lock
from workflow_scripts.stages.entry import Out, Place, run_stage


def main(
    *,
    release: str,
    archives: Place,
    lock: Place,
    mirror: str | None = None,
    max_hours: float = 24.0,
    out: list[Out],
) -> str:
    """Bring the release's files to the folder of `out`.

    archives: folder that keeps what was fetched, since Snakemake removes outputs before it makes them anew. lock: file
    that remembers what was fetched first; must agree from then on. mirror: prefix of a URL, or a folder, in place of
    the official ones; what comes with the package is taken from there. max_hours: for fetching all of it.
    """
    mirror = str(SHIPPED) if release in NANO_FILES else mirror
    deadline = time.monotonic() + 3600 * max_hours
    if mirror is not None and "://" not in mirror:
        mirror, archives = Path(mirror).resolve().as_uri(), out[0].parent  # it is here already: one copy is enough
        for path in out:
            path.unlink(missing_ok=True)
    recorded = Lock(lock)
    total = 0
    for file, path in zip(RELEASES[release].files, out, strict=True):
        fetched = fetch(file, archives, mirror=mirror, dataset=release, lock=recorded, deadline=deadline)
        if file.sha256 is None:
            recorded.record(Member.of(fetched, below=archives))
        if fetched != path:
            place(fetched, path)
        total += path.stat().st_size
    return f"{release}: {len(out)} files, {total / 1e6:.1f} MB"


if __name__ == "__main__":
    run_stage(main, memo=False)  # the folder of what was fetched is a memo already
