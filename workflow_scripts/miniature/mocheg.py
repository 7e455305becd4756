"""MOCHEG in miniature: claims about what was seen, with reports and a picture from which their truth can be told."""

import csv
import hashlib
import io
import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import drawing
from workflow_scripts.miniature.archives import write_tar
from workflow_scripts.miniature.kinds import KINDS, PLACES
from workflow_scripts.miniature.language import NUMBERS, a, capital, captions, coloured, described, listing, plural
from workflow_scripts.miniature.scenes import Scene, scene_with_things
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("mocheg",)  # sizes of config.miniature
SPLITS = ("train", "train", "train", "train", "val", "test")  # claims take turns
LABELS = ("supported", "refuted", "NEI")  # and so do these
COLUMNS = (
    *("claim_id", "Snopes URL", "Commoncrawl URL", "Category", "Headline", "Claim", "Evidence", "evidence_id"),
    *("cleaned_truthfulness", "Truthfulness", "Origin", "ruling_outline", "fact_checkor_website"),
)
RATINGS = {"supported": ("TRUE", "MOSTLY TRUE"), "refuted": ("FALSE", "MOSTLY FALSE"), "NEI": ("UNPROVEN", "MIXTURE")}
ID_STEP = 7
PICTURELESS, SECOND_PICTURE, NO_EVIDENCE = (11, 7), (5, 1), (23, 8)  # of so many claims, the one that is so
COUNTED = 0.4  # share of the claims that are about a number
WITNESSED = 0.5  # share of the others, unless refuted, of which one thing alone is reported


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write mocheg.tar.gz, with sizes["mocheg"] claims."""
    rows: dict[str, list[dict]] = {split: [] for split in SPLITS}
    files: list[tuple[str, bytes]] = [("mocheg/Corpus3.csv", b"claim_id,relevant_document_id,Origin Document\n")]
    for index in range(sizes["mocheg"]):
        split = SPLITS[index % len(SPLITS)]
        shown = scene_with_things(seed, "mocheg", index)
        rows[split] += _rows(seed, index, shown)
        files += [(f"mocheg/{split}/images/{name}", content) for name, content in _pictures(index, shown)]
    for split, found in rows.items():
        found.sort(key=lambda row: keyed_number("miniature mocheg order", row["claim_id"], row["evidence_id"]))
        table = io.StringIO()
        writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)  # a claim's lie apart
        files.append((f"mocheg/{split}/Corpus2.csv", table.getvalue().encode()))
    write_tar(folder / "mocheg.tar.gz", files)


def _is(index: int, which: tuple[int, int]) -> bool:
    every, turn = which
    return index % every == turn


def _pictures(index: int, shown: Scene) -> list[tuple[str, bytes]]:
    """(name, file) of none, one or two pictures; the second is the first in grey."""
    if _is(index, PICTURELESS):
        return []
    picture = drawing.draw(shown)
    kept = [picture, picture.convert("L")] if _is(index, SECOND_PICTURE) else [picture]
    files = [drawing.jpeg(p) for p in kept]
    names = (f"{index * ID_STEP:05}-proof-{3 * n + 3:02}-{hashlib.md5(f).hexdigest()}.jpg" for n, f in enumerate(files))
    return list(zip(names, files))


def _rows(seed: int, index: int, shown: Scene) -> list[dict]:
    """One row per report."""
    choose = random.Random(keyed_number("miniature mocheg", seed, index))
    label = LABELS[(index + index // len(SPLITS)) % len(LABELS)]
    claim, report = _claim(shown, label, choose)
    others = choose.sample(captions(shown, choose), choose.randint(0, 2))
    reports = [""] if _is(index, NO_EVIDENCE) else [f"<p>{r}</p>" for r in (report, *others)]
    rating = choose.choice(RATINGS[label])
    whole = {
        "claim_id": index * ID_STEP,
        "Snopes URL": f"http://miniature.invalid/fact-check/{index}",
        "Category": "Fauxtography",
        "Headline": f'Was it so? "{claim}"',
        "Claim": claim,
        "cleaned_truthfulness": label,
        "Truthfulness": rating,
        "Origin": f'<p>People said: "{claim}" \N{FIRE}</p>\n\n<p>{report}</p>\n<p>So it is {rating}, we think.</p>',
        "ruling_outline": f'Our ruling\nSomebody said, "{claim}" {report} We rate this claim {rating}.',
        "fact_checkor_website": "snopes",
    }
    return [{**whole, "Evidence": text, "evidence_id": number} for number, text in enumerate(reports)]


def _claim(shown: Scene, label: str, choose: random.Random) -> tuple[str, str]:
    """(claim, report): what is claimed is right, is wrong, or cannot be told, as the report is about something else."""
    where = PLACES[shown.place].where
    things = shown.of(choose.choice(shown.things).category)
    reported, number, colours = things[0].category, len(things), {t.colour for t in things}
    category = choose.choice([c for c in KINDS if c not in shown.categories]) if label == "NEI" else reported
    possible = KINDS[category].colours
    if choose.random() < COUNTED or colours.issuperset(possible):
        numbers = {"supported": [number], "refuted": [n for n in (1, 2, 3) if n != number], "NEI": (1, 2, 3)}
        claimed = _counted(category, choose.choice(numbers[label]))
        return f"{claimed} seen {where}.", f"{_counted(reported, number)} counted {where}."
    colour = choose.choice([c for c in possible if label == "NEI" or (c in colours) == (label == "supported")])
    claim = f"{capital(a(coloured(category, colour)))} was seen {where}."
    if label != "refuted" and choose.random() < WITNESSED:
        seen = coloured(reported, colour if label == "supported" else things[0].colour)
        return claim, f"A witness saw {a(seen)} and remembers nothing else."
    return claim, f"Every {reported} there was noted: {listing([a(described(t)) for t in things])}."


def _counted(category: str, number: int) -> str:
    """How many were or was: "Two kites were"."""
    return f"{capital(NUMBERS[number])} {f'{category} was' if number == 1 else f'{plural(category)} were'}"
