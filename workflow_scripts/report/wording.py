"""The answer in words and the warnings, both computed from the numbers."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from workflow_scripts.report.overview import BadRecords, Leakage
from workflow_scripts.report.results import Comparison

KIND_NAMES = {"multimodal": "unseen multimodal tasks", "nlp": "unseen NLP tasks"}
FEW = 100  # instances of a task; below, one instance moves a score by more than a point
LETTERS = 30  # of an output that is quoted
SHARE = 0.01  # of a variant's outputs that could not be parsed; more is worth a warning


def percent(value: float | None) -> str:
    """A fraction as the page shows it: times 100, one decimal.

    >>> percent(0.4321)
    '43.2'
    """
    return "–" if value is None else f"{100 * value:.1f}".replace("-", "−")


def answer(table: Comparison, instances: int, half_width: float | None) -> Markup | None:
    """Which variant is best over a table's tasks and by how much; None if nothing was evaluated.

    half_width: of the 95 % interval of the difference between the first two variants.
    """
    ranking = table.ranking
    if not ranking:
        return None
    first = table.aggregates[ranking[0]]
    tasks = f"{first.tasks} {KIND_NAMES[table.kind] if first.tasks != 1 else KIND_NAMES[table.kind][:-1]}"
    size = f"{instances:,} instance{'s' if instances != 1 else ''}"
    name = Markup("<strong>{}</strong>")
    tied = [i for i in ranking if percent(table.aggregates[i].mean) == percent(first.mean)]
    if len(ranking) == 1:
        only = name.format(table.variants[ranking[0]])
        text = Markup("{} scores {} % on average over the {} (n = {}).")
        return text.format(only, percent(first.mean), tasks, size)
    if percent(first.mean) == percent(0):
        return Markup("No variant scores above {} % on the {} (n = {}).").format(percent(0), tasks, size)
    if len(tied) > 1:
        names = Markup(" and ").join(name.format(table.variants[i]) for i in tied)
        return Markup("{} are level at {} % on average over the {} (n = {}).").format(
            names, percent(first.mean), tasks, size
        )
    second = table.aggregates[ranking[1]]
    difference = first.mean - second.mean
    text = Markup("{} is best on the {}: {} % on average (n = {}), {} points above {}, the next.").format(
        name.format(table.variants[ranking[0]]), tasks, percent(first.mean), size, percent(difference),
        name.format(table.variants[ranking[1]]),
    )  # fmt: skip
    return text + (_certainty(difference, half_width) if half_width is not None else "")


def _certainty(difference: float, half_width: float) -> str:
    low, high = percent(difference - half_width), percent(difference + half_width)
    interval = f" The 95 % interval of that difference is {low} to {high}"
    if difference > half_width:
        return f"{interval}."
    return f"{interval}: with this many instances the lead may be chance."


def base_note(base: str | None, table: Comparison) -> Markup | None:
    """What must be known of the model that all variants start from, if it was not pre-trained."""
    if base is not None:
        return None
    text = Markup("No variant starts from a pre-trained checkpoint, all from random weights. ")
    untrained = next((a for v, a in zip(table.variants, table.aggregates) if v == "ofa"), None)
    if untrained:
        text += Markup(
            "<code>ofa</code> is not trained at all: its {} % is a floor, not what the paper’s OFA scores. "
        ).format(percent(untrained.mean))
    return text + "These figures show what the workflow does; they do not reproduce the paper’s."


def warnings(
    *,
    unparsed: Mapping[str, tuple[int, int]],
    truncated: Mapping[str, int],
    constants: Mapping[tuple[str, str], str],
    bad: Sequence[BadRecords],
    skipped: Sequence[str],
    instances: Mapping[str, int],
    leaks: Leakage,
) -> list[tuple[str, str]]:
    """(heading, text) of all that a reader of the scores must know first."""
    found = []
    if leaks.after:
        text = f"{leaks.after:,} instances have a picture or a text in common with an unseen task. They are under Data."
        found.append(("Trained on what is tested", text))
    many = {v: (b, n) for v, (b, n) in unparsed.items() if n and b / n >= SHARE}
    if many:
        shares = ", ".join(f"{v} {percent(b / n)} % ({b:,} of {n:,})" for v, (b, n) in many.items())
        found.append(("Outputs that could not be parsed", f"{shares}. They count as wrong."))
    if constants:
        found.append(("Always the same answer", _constants(constants)))
    if truncated:
        parts = ", ".join(f"{task} {count:,}" for task, count in truncated.items())
        found.append(("Texts cut to the model’s length", f"{parts}."))
    if bad:
        parts = ", ".join(f"{b.dataset} {b.split} {b.count:,}" for b in bad)
        found.append(("Bad records left out", f"{parts}. They are listed under Data."))
    if skipped:
        found.append(("Skipped", "; ".join(skipped)))
    few = min(instances.values(), default=FEW)
    if few < FEW:
        text = (
            f"The smallest task has {few:,} instance{'s' if few != 1 else ''}, "
            f"where one answer moves a score by {percent(1 / few)} points."
        )
        found.append(("Few instances", text))
    return found


def _constants(constants: Mapping[tuple[str, str], str]) -> str:
    """constants: see results.constants."""
    by_variant: dict[str, list[str]] = {}
    for (variant, _), text in constants.items():
        by_variant.setdefault(variant, []).append(text)
    parts = []
    for variant, texts in by_variant.items():
        quoted = ", ".join(f"“{shorten(text)}”" for text in dict.fromkeys(texts))
        parts.append(f"{variant} on {len(texts)} task{'s' if len(texts) != 1 else ''} ({quoted})")
    return f"{'; '.join(parts)}. A score made so shows how often that answer is right, a low sensitivity nothing."


def shorten(text: str) -> str:
    """The beginning of a text that is only quoted."""
    return text if len(text) <= LETTERS else text[:LETTERS] + "…"
