"""MOCHEG in miniature: claims about what was seen, with reports and a picture from which their truth can be told."""

import csv
import hashlib
import io
import random
from collections.abc import Mapping
from pathlib import Path

from workflow_scripts.miniature import drawing, language
from workflow_scripts.miniature.archives import write_tar
from workflow_scripts.miniature.kinds import COLOURS, KINDS, PLACES
from workflow_scripts.miniature.language import NUMBERS, a, capital, plural
from workflow_scripts.miniature.scenes import Scene, scene
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
PICTURELESS, SECOND_PICTURE, NO_EVIDENCE = (11, 7), (5, 1), (23, 20)  # of so many claims, the one that is so
COUNTED = 0.4  # share of the claims that are about a number


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write mocheg.tar.gz, with sizes["mocheg"] claims."""
    rows: dict[str, list[dict]] = {split: [] for split in SPLITS}
    files: list[tuple[str, bytes]] = [("mocheg/Corpus3.csv", b"claim_id,relevant_document_id,Origin Document\n")]
    for index in range(sizes["mocheg"]):
        split = SPLITS[index % len(SPLITS)]
        shown = scene(seed, f"mocheg {index}", 0)  # none of the bare ones
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
    others = choose.sample(language.captions(shown, choose), choose.randint(0, 2))
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
    """(claim, report) about things of one category: what is claimed is right, is wrong, or cannot be told."""
    where = PLACES[shown.place].where
    if label == "NEI":
        category, thing = choose.choice([c for c in KINDS if c not in shown.categories]), choose.choice(shown.things)
        claimed = _noun(category, choose.choice(KINDS[category].colours))
        noticed = language.described(thing)
        return f"{capital(a(claimed))} was seen {where}.", f"A witness saw {a(noticed)} and remembers nothing else."
    things = shown.of(choose.choice(shown.things).category)
    category, number = things[0].category, len(things)
    if choose.random() < COUNTED:
        claimed = number if label == "supported" else choose.choice([n for n in (1, 2, 3, 4) if n != number])
        return f"{_counted(category, claimed)} seen {where}.", f"{_counted(category, number)} counted {where}."
    colours = {t.colour for t in things}
    claimed = _noun(category, choose.choice([c for c in COLOURS if (c in colours) == (label == "supported")]))
    noted = language.listing([a(language.described(t)) for t in things])
    return f"{capital(a(claimed))} was seen {where}.", f"Every {category} there was noted: {noted}."


def _noun(category: str, colour: str) -> str:
    return f"person in {a(colour)} shirt" if category == "person" else f"{colour} {category}"


def _counted(category: str, number: int) -> str:
    """How many were or was: "Two kites were"."""
    return f"{capital(NUMBERS[number])} {f'{category} was' if number == 1 else f'{plural(category)} were'}"
