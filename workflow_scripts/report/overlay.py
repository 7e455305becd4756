"""The boxes that are drawn on a picture of the gallery: which, how each is labelled, and where its label stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workflow_scripts.regions import clip, from_bins, parse

SIDE = 320  # the drawing's longest side, in units; the page shows it at about as many pixels
LINE, LETTER = 17, 8.0  # height of a label and width of its letters, in units
INSET = {"target": -3.5, "prediction": 3.5}  # by kind, in units: boxes of the same place lie side by side
TRIES = 12  # places below the usual ones that are tried for a label before it may cover another


@dataclass(frozen=True)
class Box:
    """A rectangle in drawing units, with the label's top left corner.

    kind: prompt, option, target or prediction. variants: whose prediction it is, by number.
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    label: str
    label_x: float = 0
    label_y: float = 0
    variants: tuple[int, ...] = ()

    @property
    def label_width(self) -> float:
        return LETTER * len(self.label) + 6


def drawing_size(width: int, height: int) -> tuple[float, float]:
    """The drawing's width and height, for a picture's pixels."""
    factor = SIDE / max(width, height)
    return round(width * factor, 1), round(height * factor, 1)


def boxes(instance: Mapping, outputs: Sequence[tuple[Sequence[int], str]], *, scale: float) -> list[Box]:
    """All boxes of one row of schemas.INSTANCES and of (numbers of variants, what these wrote).

    scale: see regions.from_bins.
    """
    width, height = instance["width"], instance["height"]
    names = instance["region_names"] or _numbered(len(instance["regions"]))
    found = [("prompt", label, region, ()) for label, region in zip(names, instance["regions"])]
    found += [("option", letter(i), region, ()) for i, region in enumerate(instance["option_regions"])]
    targets = list(instance["target_regions"])
    if instance["target_crop"] is not None and instance["mask"] is None:
        targets.append(instance["target_crop"])
    found += [("target", "answer", region, ()) for region in targets]
    predicted: dict[tuple, list[int]] = {}
    for variants, output in outputs:
        for bins in parse(output):
            predicted.setdefault(from_bins(bins, width, height, scale=scale), []).extend(variants)
    everyone = sum(len(variants) for variants, _ in outputs)
    for region, whose in predicted.items():
        by = tuple(sorted(set(whose)))
        label = "all" if len(by) == everyone > 2 else "·".join(str(i + 1) for i in by)
        found.append(("prediction", label, region, by))
    return _labelled(found, width, height)


def letter(number: int) -> str:
    """Of an option, by its place."""
    return chr(ord("A") + number % 26)


def _numbered(count: int) -> list[str]:
    return ["region"] if count == 1 else [f"region {i}" for i in range(1, count + 1)]


def _labelled(found: Sequence[tuple], width: int, height: int) -> list[Box]:
    factor = SIDE / max(width, height)
    size = drawing_size(width, height)
    taken: list[tuple[float, float, float]] = []
    made = []
    for kind, label, region, variants in found:
        x0, y0, x1, y1 = (value * factor for value in clip(region, width, height))
        inset = min(INSET.get(kind, 0), (x1 - x0) / 3, (y1 - y0) / 3)
        x0, y0, x1, y1 = clip((x0 + inset, y0 + inset, x1 - inset, y1 - inset), *size)
        box = Box(kind, *(round(v, 1) for v in (x0, y0, x1 - x0, y1 - y0)), label, variants=variants)
        x, y = _place(box, size, taken)
        taken.append((x, y, box.label_width))
        made.append(replace(box, label_x=round(x, 1), label_y=round(y, 1)))
    return made


def _place(box: Box, size: tuple[float, float], taken: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """Where the label stands so that it hides no other: in the corner that its kind prefers, else in another, else
    above or below the box, else a little lower.
    """
    right, bottom = box.kind in ("option", "prediction"), box.kind in ("target", "prediction")
    xs = [box.x + box.width - box.label_width, box.x][:: 1 if right else -1]
    inside = [box.y + box.height - LINE, box.y][:: 1 if bottom else -1]
    outside = [box.y + box.height, box.y - LINE]
    places = [_within(x, y, box, size) for ys in (inside, outside) for y in ys for x in xs]
    first_x, first_y = places[0]
    lower = ((first_x, (first_y + step * LINE) % max(size[1] - LINE, 1)) for step in range(1, TRIES))
    for x, y in (*places, *lower):
        if not any(abs(y - b) < LINE and a < x + box.label_width and x < a + w for a, b, w in taken):
            return x, y
    return places[0]


def _within(x: float, y: float, box: Box, size: tuple[float, float]) -> tuple[float, float]:
    """A label's place, moved into the picture."""
    return min(max(x, 0), max(size[0] - box.label_width, 0)), min(max(y, 0), max(size[1] - LINE, 0))
