"""All datasets: where they come from, on which terms, and what they are for. Their modules and those of tasks know it.

python -m workflow_scripts.catalogue                      a table to read
python -m workflow_scripts.catalogue --json               for programs
python -m workflow_scripts.catalogue --update README.md   puts the table anew between its two comments there
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from workflow_scripts import terminal
from workflow_scripts.datasets.base import Dataset
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.errors import BadInput
from workflow_scripts.files import write_text
from workflow_scripts.tasks.registry import load_tasks

BEGIN = "<!-- datasets: written by `python -m workflow_scripts.catalogue --update README.md` -->"
END = "<!-- datasets end -->"
HEADER = ("id", "dataset", "licence", "download", "gate", "pictures of", "feeds")
WIDTHS = (24, 20, 28, 8, 8, 13, 40)  # characters of each column on a terminal; what is longer is wrapped
NONE = "–"


@dataclass(frozen=True)
class Entry:
    """One dataset."""

    id: str
    title: str
    home: str
    licence: str
    megabytes: int | None  # of all its files as they are fetched, about; None: unknown for one of them at least
    pages: tuple[str, ...]  # from which files can only be fetched by hand
    pictures_of: tuple[str, ...]  # datasets whose pictures its records name
    tasks: tuple[str, ...]  # ids of those that read it

    @property
    def download(self) -> str:
        if self.megabytes is None:
            return "?"
        return f"{self.megabytes} MB" if self.megabytes < 1000 else f"{self.megabytes / 1000:.1f} GB"


def entries() -> list[Entry]:
    """Every dataset there is, by id."""
    tasks = load_tasks().values()
    return [
        _entry(load_dataset(dataset), tuple(task.id for task in tasks if dataset in task.datasets))
        for dataset in dataset_ids()
    ]


def _entry(dataset: Dataset, tasks: tuple[str, ...]) -> Entry:
    sizes = [file.megabytes for file in dataset.files]
    return Entry(
        id=dataset.id,
        title=dataset.title,
        home=dataset.home,
        licence=dataset.licence,
        megabytes=None if None in sizes else max(1, round(sum(sizes))),
        pages=tuple(dict.fromkeys(file.page for file in dataset.files if file.page)),
        pictures_of=dataset.pictures_of,
        tasks=tuple(sorted(tasks)),
    )


def table(found: Iterable[Entry]) -> str:
    """For a terminal: aligned columns, and below them the pages to visit."""
    found = list(found)
    rows = [
        (
            entry.id,
            entry.title,
            entry.licence,
            entry.download,
            "by hand" if entry.pages else NONE,
            ", ".join(entry.pictures_of) or NONE,
            ", ".join(entry.tasks) or NONE,
        )
        for entry in found
    ]
    pages = [f"{entry.id}: {page}" for entry in found for page in entry.pages]
    return "\n".join([terminal.table(HEADER, rows, WIDTHS), "To be fetched by hand from:", *pages]) + "\n"


def markdown(found: Iterable[Entry]) -> str:
    """A table with one line a dataset."""
    rows = [
        (
            f"`{entry.id}`",
            f"[{entry.title}]({entry.home})",
            entry.licence,
            entry.download,
            ", ".join(f"[by hand]({page})" for page in entry.pages) or NONE,
            ", ".join(f"`{dataset}`" for dataset in entry.pictures_of) or NONE,
            ", ".join(f"`{task}`" for task in entry.tasks) or NONE,
        )
        for entry in found
    ]
    lines = (HEADER, ("---",) * len(HEADER), *rows)
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


def updated(text: str) -> str:
    """The text with the table of today between the comments BEGIN and END. Raises BadInput if they are not there."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BadInput("there is no place for the table of datasets", fix=f"add the lines\n{BEGIN}\n{END}")
    return f"{before}{BEGIN}\n\n{markdown(entries())}\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m workflow_scripts.catalogue", description="A table of all datasets")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="as a table of Markdown")
    form.add_argument("--json", action="store_true", help="as a list of objects")
    form.add_argument("--update", metavar="README.md", type=Path, help="put the Markdown into this file")
    given = parser.parse_args()
    if given.update:
        try:
            write_text(given.update, updated(given.update.read_text(encoding="utf-8")))
        except (BadInput, OSError) as error:
            sys.exit(f"{given.update}: {error}")
    elif given.json:
        print(json.dumps([asdict(entry) for entry in entries()], indent=1, ensure_ascii=False))
    else:
        print((markdown if given.markdown else table)(entries()), end="")


if __name__ == "__main__":
    main()
