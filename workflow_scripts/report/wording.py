"""The answer in words and the warnings, both computed from the numbers."""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from workflow_scripts.report.overview import BadRecords, Leakage
from workflow_scripts.report.results import Comparison, Difference

KIND_NAMES = {"multimodal": "unseen multimodal tasks", "nlp": "unseen NLP tasks"}
NANO = "ofa_nano"  # the size that ships with the package
UNTUNED, TUNED = "ofa", "ofa_multiinstruct"
ABOUT = {
    "ofa": "not tuned",
    "ofa_taskname": "MULTIINSTRUCT, task names in place of instructions",
    "ofa_multiinstruct": "MULTIINSTRUCT",
    "ofa_naturalinstruct": "NATURAL INSTRUCTIONS",
    "ofa_mixedinstruct": "both, shuffled together",
    "ofa_seqinstruct": "NATURAL INSTRUCTIONS, then MULTIINSTRUCT",
    "ofa_seqinstruct_adapter": "the same, the second by adapters",
}  # what a variant is tuned on
FEW = 100  # instances of a task; below, one instance moves a score by more than a point
SHOWN = 5  # of a list in a warning
LETTERS = 30  # of an output that is quoted
SHARE = 0.01  # of a variant's outputs that could not be parsed; more is worth a warning


def percent(value: float | None) -> str:
    """A fraction as the page shows it: times 100, one decimal.

    >>> percent(0.4321)
    '43.2'
    """
    return "–" if value is None else f"{100 * value:.1f}".replace("-", "−")


def points(value: float) -> str:
    """A difference of fractions, with its sign.

    >>> points(-0.031), points(0.0)
    ('−3.1', '0.0')
    """
    text = percent(value)
    return f"+{text}" if value > 0 and text != percent(0) else text.removeprefix("−") if text == "−0.0" else text


def p_value(value: float) -> str:
    """p with three decimals; what is less is only said to be.

    >>> p_value(0.0123), p_value(0.0004999)
    ('p = 0.012', 'p < 0.001')
    """
    return f"p = {value:.3f}" if value >= 0.001 else "p < 0.001"


def answer(table: Comparison, instances: int) -> Markup | None:
    """Which variant is best over a table's tasks, by how much and how surely; None if nothing was evaluated."""
    ranking = table.ranking
    if not ranking:
        return None
    first = table.aggregates[ranking[0]]
    tasks = f"{first.tasks} {KIND_NAMES[table.kind] if first.tasks != 1 else KIND_NAMES[table.kind][:-1]}"
    size = f"n = {counted(instances, 'instance')}"
    if table.seeds > 1:
        size += f", mean of {table.seeds} seeds"
    name = Markup("<strong>{}</strong>")
    tied = [i for i in ranking if percent(table.aggregates[i].mean) == percent(first.mean)]
    if len(ranking) == 1:
        only = name.format(table.variants[ranking[0]])
        text = Markup("{} scores {} % on average over the {} ({}).")
        return text.format(only, percent(first.mean), tasks, size)
    if percent(first.mean) == percent(0):
        return Markup("No variant scores above {} % on the {} ({}).").format(percent(0), tasks, size)
    if len(tied) > 1:
        names = Markup(" and ").join(name.format(table.variants[i]) for i in tied)
        return Markup("{} are level at {} % on average over the {} ({}).").format(
            names, percent(first.mean), tasks, size
        )
    second = table.aggregates[ranking[1]]
    text = Markup("{} is best on the {}: {} % on average ({}), {} points above {}, the next.").format(
        name.format(table.variants[ranking[0]]), tasks, percent(first.mean), size, percent(first.mean - second.mean),
        name.format(table.variants[ranking[1]]),
    )  # fmt: skip
    lead = table.lead()
    return text + (_certainty(lead) if lead else "")


def _certainty(lead: Difference) -> str:
    interval = f" The 95 % interval of that difference is {percent(lead.low)} to {percent(lead.high)}"
    if lead.direction == "above":
        return f"{interval}."
    return f"{interval}: with this many instances the lead may be chance."


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "seed"), counted(1200, "seed")
    ('1 seed', '1,200 seeds')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def effect(table: Comparison) -> Markup | None:
    """What tuning on MULTIINSTRUCT does to the model it starts from.

    None where one of the two was not evaluated, or both never score.
    """
    before, after = table.aggregate(UNTUNED), table.aggregate(TUNED)
    if not before or not after or percent(before.mean) == percent(after.mean) == percent(0):
        return None
    gain = after.mean - before.mean
    verb = "gains" if gain >= 0 else "loses"
    text = Markup("Tuned on MULTIINSTRUCT the model {} {} points on them (<code>{}</code> {} %, untuned {} %)").format(
        verb, percent(abs(gain)), TUNED, percent(after.mean), percent(before.mean)
    )
    if before.sensitivity is None or after.sensitivity is None:
        return text + "."
    less = "less" if after.sensitivity < before.sensitivity else "no less"
    sensitivities = f"sensitivity {after.sensitivity:.2f}, untuned {before.sensitivity:.2f}"
    return text + f", and it depends {less} on the wording: {sensitivities}."


def base_note(config: Mapping, table: Comparison) -> Markup | None:
    """What must be known of the pictures and of the model that all variants start from; None if both are real."""
    notes, model = [], config.get("model", {})
    if model.get("base") == "released" and model.get("size") == NANO:
        text = "All variants start from <code>{}</code>, a model of this project, pre-trained on drawn pictures."
        notes.append(Markup(text).format(NANO))
    elif model.get("base") is None:
        notes.append(Markup("No variant starts from a pre-trained checkpoint, all from random weights."))
        if untuned := table.aggregate(UNTUNED):
            notes.append(
                Markup("<code>{}</code> is not trained at all: its {} % is a floor, not what the paper’s OFA scores.")
                .format(UNTUNED, percent(untuned.mean))
            )  # fmt: skip
    raw = config.get("raw", {})
    if raw.get("mirror") == "miniature" and raw.get("root") is None:
        notes.append(Markup("All pictures and texts are of the miniature world: compare variants with each other."))
    if not notes:
        return None
    return Markup(" ").join([*notes, Markup("These figures do not reproduce the paper’s.")])


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
        most = sorted(truncated.items(), key=lambda item: -item[1])
        found.append(("Texts cut to the model’s length", f"{listed(f'{task} {count:,}' for task, count in most)}."))
    if bad:
        parts = [f"{b.dataset} {b.split} {b.count:,}" for b in sorted(bad, key=lambda b: -b.count)]
        found.append(("Bad records left out", f"{listed(parts)}. They are listed under Data."))
    if skipped:
        found.append(("Skipped", "; ".join(skipped)))
    few = min(instances.values(), default=FEW)
    if few < FEW:
        text = (
            f"The smallest task has {counted(few, 'instance')}, "
            f"where one answer moves a score by {percent(1 / few)} points."
        )
        found.append(("Few instances", text))
    return found


def listed(parts: Iterable[str]) -> str:
    """The first few of many, and how many there are besides.

    >>> listed("abcdefgh")
    'a, b, c, d, e and 3 more'
    """
    parts = list(parts)
    if len(parts) <= SHOWN + 1:
        return ", ".join(parts)
    return f"{', '.join(parts[:SHOWN])} and {len(parts) - SHOWN} more"


def _constants(constants: Mapping[tuple[str, str], str]) -> str:
    """constants: see results.constants."""
    by_variant: dict[str, list[str]] = {}
    for (variant, _), text in constants.items():
        by_variant.setdefault(variant, []).append(text)
    parts = []
    for variant, texts in by_variant.items():
        quoted = ", ".join(f"“{shorten(text)}”" for text in dict.fromkeys(texts))
        parts.append(f"{variant} on {counted(len(texts), 'task')} ({quoted})")
    return f"{'; '.join(parts)}. A score made so shows how often that answer is right, a low sensitivity nothing."


def shorten(text: str) -> str:
    """The beginning of a text that is only quoted."""
    return text if len(text) <= LETTERS else text[:LETTERS] + "…"
