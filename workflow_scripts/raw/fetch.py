"""Fetch a declared file: from its publisher or a mirror, resumed where it stopped, checked before it gets its name."""

import math
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from workflow_scripts.errors import BadData
from workflow_scripts.files import replacing
from workflow_scripts.progress import say
from workflow_scripts.raw.files import Expected, File
from workflow_scripts.raw.lock import Lock
from workflow_scripts.raw.transfer import GoneWrong, OutOfTime, discard, finish, transfer


def fetch(
    file: File,
    to: Path,
    *,
    mirror: str | None,
    dataset: str,
    lock: Lock | None = None,
    deadline: float = math.inf,
) -> Path:
    """Bring `file` into the folder `to`; returns its path there. One that is there and right is left alone.

    mirror: prefix of a URL (file:///..., http://...); if given, `<mirror>/<dataset>/<name>` is the only address asked.
    lock: what was fetched before has to be fetched again, where the file declares no SHA-256. deadline: of
    time.monotonic(). The declared size and SHA-256 hold for a mirror too. Raises BadData if no URL gives the file, if
    it is not the expected one, or if it is absent and can only be fetched by hand.
    """
    path = to / file.name
    if not mirror:
        check_by_hand([file], to, dataset=dataset, lock=lock)
    expected, unlock = _expected(file, dataset, lock), _or_unlock(file, lock)
    if path.is_file():
        wrong = expected.mismatch(path)
        if not wrong:
            return path
        if file.page and not mirror:
            raise BadData(wrong, file=path, fix=f"fetch it again from {file.page}{unlock}")
        say(f"{path}: {wrong}; fetching it anew")
    part = path.with_name(f"{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    urls = (f"{mirror.rstrip('/')}/{dataset}/{quote(file.name, safe='/+')}",) if mirror else file.urls
    _from_any(urls, part, path, expected, _advice(path, dataset, mirror, unlock), deadline)
    if wrong := expected.mismatch(part):
        discard(part)
        who = "the mirror" if mirror else "the publisher"
        compare = unlock or f", then correct the declaration of {file.name} for {dataset}"
        raise BadData(
            f"what was fetched is not the expected file: {wrong}",
            file=path,
            fix=f"run the same command to fetch it anew; if it is the same, {who} has another file: compare{compare}",
        )
    if path.is_file():  # perhaps put there by hand: that is not ours to delete
        os.replace(path, path.with_name(f"{path.name}.replaced"))
    finish(part, path)
    return path


def place(path: Path, target: Path) -> None:
    """Give a file a second name, without a second copy where the disk can do that; so nobody may write to either."""
    with replacing(target) as part:
        try:
            os.link(path, part)
        except OSError:  # another disk, or one without links
            shutil.copyfile(path, part)


def check_by_hand(files: Iterable[File], to: Path, *, dataset: str, lock: Lock | None = None) -> None:
    """Raises BadData that lists all files which can only be fetched by hand and are not in the folder `to`."""
    missing = [file for file in files if file.page and not (to / file.name).is_file()]
    if not missing:
        return
    steps = []
    for page in dict.fromkeys(file.page for file in missing):
        steps.append(f"visit {page} and put")
        steps += [f"  {_described(f, _expected(f, dataset, lock), to)}" for f in missing if f.page == page]
    steps.append("then run the same command again; what lies unpacked somewhere is used there by the config's")
    steps.append(f"  raw: {{{dataset}: /its/folder}}")
    names = ", ".join(file.name for file in missing)
    fix = "\n    ".join(["", *steps])
    raise BadData(f"{dataset} needs {names}, which can only be fetched by hand", file=to, fix=fix)


def _described(file: File, expected: Expected, to: Path) -> str:
    """A file's name, size, place and what will be checked of it."""
    about = f" (about {file.mb} MB)" if file.mb else ""
    known = {"size": expected.bytes, "SHA-256": expected.sha256}
    checks = " and ".join(f"{what} {value}" for what, value in known.items() if value is not None)
    checked = f"to be checked: {checks}, {expected.by}" if checks else "its size and SHA-256 will be recorded"
    return f"{file.name}{about} at {to / file.name}; {checked}"


def _expected(file: File, dataset: str, lock: Lock | None) -> Expected:
    declared = Expected(file.bytes, file.sha256, f"declared for {dataset}")
    recorded = lock.get(file.name) if lock and file.sha256 is None else None
    if recorded is None:
        return declared
    return Expected(recorded.bytes, recorded.sha256, f"recorded in {lock.path}")


def _or_unlock(file: File, lock: Lock | None) -> str:
    """What to do where the lock alone says that a file is wrong."""
    if lock is None or file.sha256 is not None or lock.get(file.name) is None:
        return ""
    return f"; if the new file is the one you want, delete the entry of {file.name} in {lock.path}"


def _advice(path: Path, dataset: str, mirror: str | None, unlock: str) -> str:
    """What to do where no address gives the file."""
    if mirror:
        return f"check raw.mirror and what it has of {dataset}: its files have to be the publisher's own{unlock}"
    again = "check the network and the addresses and run the same command again (it goes on where it stopped)"
    return f"{again}, or put the file at {path} by hand{unlock}"


def _from_any(
    urls: tuple[str, ...], part: Path, path: Path, expected: Expected, advice: str, deadline: float
) -> None:  # fmt: skip
    """Complete `part` from the first URL that gives the file."""
    reasons = []
    for url in urls:
        try:
            return transfer(url, part, path.name, expected, deadline=deadline)
        except GoneWrong as error:
            reasons.append(f"\n    {url}: {error}")
            say(f"{url}: {error}")
        except OutOfTime:
            kept = part.stat().st_size if part.exists() else 0
            raise BadData(
                f"the time for fetching is over; {kept} bytes of {path.name} are kept",
                file=path,
                fix="run the same command again, it goes on where it stopped; config raw.max_hours gives more time",
            ) from None
    raise BadData(
        f"{path.name} could not be fetched; addresses tried: {''.join(reasons) or 'none is declared'}",
        file=path,
        fix=advice,
    )
