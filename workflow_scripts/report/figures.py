"""The plots: scores by variant over all and for each task, sensitivity, ablations, training curves, lengths.

Each is drawn with the numbers that it can be saved as.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from workflow_scripts.report import svg
from workflow_scripts.report.lengths import Lengths
from workflow_scripts.report.results import Aggregate, Comparison, Point, Row, metric_name
from workflow_scripts.report.trainings import CurvePoint, Training
from workflow_scripts.report.wording import KIND_NAMES, percent

WIDTH, WIDE = 4.1, 4.9  # inches of a panel; panels stand side by side as the window allows, wide ones in pairs
MAX_POINTS = 200  # of a training curve
BINS = 24  # of a histogram, at most
HISTOGRAM = {"training tasks": 2, "unseen tasks": 5}  # numbers of their colours
WHOLE = {"instructions": "instructions of each task", "groups": "task groups"}  # an ablation's axis


@dataclass(frozen=True)
class Plot:
    """A drawn panel, its title, what its title lacks, and its numbers as CSV. name: unique in the page."""

    name: str
    title: str
    svg: Markup
    csv: str
    note: str = ""


def aggregate_panels(tables: Sequence[Comparison]) -> list[Plot]:
    """The mean over the tasks of each kind with its interval, and the sensitivity where there is one."""
    plots = []
    for table in tables:
        means = {i: (a.mean, a.low, a.high) for i, a in enumerate(table.aggregates) if a}
        if means:
            title = f"Mean over all {KIND_NAMES[table.kind]}"
            plots.append(_bars(f"mean-{table.kind}", title, "score, %", table.variants, means, percent, 100))
    for table in tables:
        values = {i: (a.sensitivity, None, None) for i, a in enumerate(table.aggregates) if _has_sensitivity(a)}
        if values:
            title = "Sensitivity to the wording"
            name = f"sensitivity-{table.kind}"
            plots.append(_bars(name, title, "sensitivity, lower is better", table.variants, values, three, 1))
    return plots


def _has_sensitivity(aggregate: Aggregate | None) -> bool:
    return aggregate is not None and aggregate.sensitivity is not None


def three(value: float) -> str:
    """A figure with three decimals."""
    return f"{value:.3f}"


def _bars(
    name: str, title: str, axis: str, variants: Sequence[str],
    values: Mapping[int, tuple[float, float | None, float | None]], spell: Callable[[float], str], factor: int,
) -> Plot:  # fmt: skip
    """values: by variant's number, with both ends of its interval if it has one."""
    with svg.style():
        figure, axes = svg.figure(WIDTH, _height(len(variants)))
        hovers, words = {}, []
        for i, (value, low, high) in values.items():
            [bar] = axes.barh(i, factor * value, height=0.56, color=svg.colour(i))
            bar.set_gid(f"bar{i}")
            said = f"{variants[i]}: {spell(value)}"
            if low is not None:
                axes.plot([factor * low, factor * high], [i, i], color=svg.INK, lw=1.3, solid_capstyle="butt")
                said += f", 95 % interval {spell(low)} to {spell(high)}"
            hovers[f"bar{i}"] = said
            words.append(said)
            end = factor * max(value, high or 0)
            axes.annotate(spell(value), (end, i), xytext=(5, 0), textcoords="offset points", va="center", fontsize=10)
        _by_variant(axes, variants, axis)
        axes.set_xlim(0, 1.2 * factor * max(max(v, h or 0) for v, _, h in values.values()) or 1)
        rows = [(variants[i], *(_exact(v) for v in found)) for i, found in values.items()]
        drawn = svg.render(figure, name, f"{title}: {'; '.join(words)}", hovers)
        return Plot(name, title, drawn, as_csv(("variant", "value", "low", "high"), rows))


def task_panels(table: Comparison, scores: Mapping[str, Mapping[tuple[str, str], Mapping[int, float]]]) -> list[Plot]:
    """A panel per task and metric, all of one scale: each instruction a dot, the mean with its standard deviation."""
    rows = [row for row in table.rows if not row.secondary]
    highest = max((cell.max for row in rows for cell in row.cells if cell), default=0)
    return [_task_panel(row, table.variants, scores.get(row.task, {}), 105 * highest or 1) for row in rows]


def _task_panel(row: Row, variants: Sequence[str], scores: Mapping, top: float) -> Plot:
    with svg.style():
        figure, axes = svg.figure(WIDTH, _height(len(variants)))
        hovers, words, rows = {}, [], []
        for i, (variant, cell) in enumerate(zip(variants, row.cells)):
            if cell is None:
                continue
            for j, score in sorted(scores.get((row.metric, variant), {}).items()):
                [dot] = axes.plot(
                    100 * score, i + 0.27, "o", ms=4, color=svg.colour(i), alpha=0.6, mew=0, clip_on=False
                )
                hovers[f"dot{i}-{j}"] = f"{variant}, instruction {j + 1}: {percent(score)} %"
                dot.set_gid(f"dot{i}-{j}")
                rows.append((variant, j + 1, _exact(score)))
            mean, std = 100 * cell.mean, 100 * cell.std
            axes.plot([mean - std, mean + std], [i, i], "-", color=svg.colour(i), lw=2, solid_capstyle="round")
            [mark] = axes.plot(
                mean, i, svg.MARKERS[i % len(svg.MARKERS)], ms=8, color=svg.colour(i), mew=0, clip_on=False
            )
            mark.set_gid(f"mean{i}")
            hovers[f"mean{i}"] = f"{variant}: {percent(cell.mean)} ± {percent(cell.std)} %, best {percent(cell.max)} %"
            words.append(f"{variant} {percent(cell.mean)} ± {percent(cell.std)}")
        metric = metric_name(row.metric)
        _by_variant(axes, variants, f"{metric}, %")
        axes.set_xlim(0, top)
        label = f"{row.name}, {metric} in percent: {'; '.join(words)}"
        name = f"{row.task}-{row.metric}"
        drawn = svg.render(figure, name, label, hovers)
        return Plot(name, row.name, drawn, as_csv(("variant", "instruction", "score"), rows), metric)


def ablation_panels(ablations: Mapping[str, Sequence[Point]], untuned: Aggregate | None) -> list[Plot]:
    """Of each ablation the mean score and the sensitivity by its value; dashed: the variant that is not tuned."""
    plots = []
    for name, points in ablations.items():
        axis = WHOLE.get(name, name)
        for field, title, spell, factor in (
            ("mean", f"Score by number of {axis}", percent, 100),
            ("sensitivity", f"Sensitivity by number of {axis}", three, 1),
        ):
            known = [p for p in points if getattr(p, field) is not None]
            if len(known) > 1:
                level = None if untuned is None else getattr(untuned, field)
                plots.append(_steps(f"ablation-{name}-{field}", title, axis, known, field, spell, factor, level))
    return plots


def _steps(
    name: str, title: str, axis: str, points: Sequence[Point], field: str, spell: Callable[[float], str], factor: int,
    level: float | None,
) -> Plot:  # fmt: skip
    with svg.style():
        figure, axes = svg.figure(WIDE, 3)
        hovers, words = {}, []
        xs, ys = [p.value for p in points], [factor * getattr(p, field) for p in points]
        axes.plot(xs, ys, color=svg.colour(2), lw=1.8)
        for i, (point, x, y) in enumerate(zip(points, xs, ys)):
            [dot] = axes.plot(x, y, "o", ms=7, color=svg.colour(2), mew=0, clip_on=False)
            dot.set_gid(f"point{i}")
            hovers[f"point{i}"] = f"{point.variant}: {spell(getattr(point, field))} with {x} {axis}"
            words.append(hovers[f"point{i}"])
            axes.annotate(
                spell(getattr(point, field)),
                (x, y),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=10,
            )
        if level is not None:
            [line] = axes.plot([min(xs), max(xs)], [factor * level] * 2, color=svg.colour(0), lw=1.5, ls=svg.DASHES[1])
            line.set_gid("level")
            place = {"xytext": (0, 4), "textcoords": "offset points", "ha": "right", "fontsize": 9, "color": svg.MUTED}
            axes.annotate("ofa", (max(xs), factor * level), **place)
            hovers["level"] = f"ofa, not tuned: {spell(level)}"
            words.append(hovers["level"])
        axes.set_xticks(xs)
        axes.set_xlabel(axis)
        axes.set_ylabel("score, %" if field == "mean" else "sensitivity")
        axes.set_ylim(0, 1.25 * max(*ys, factor * (level or 0)) or 1)
        axes.margins(x=0.08)
        axes.tick_params(axis="y", colors=svg.MUTED)
        rows = [(p.value, p.variant, _exact(getattr(p, field)), p.seeds) for p in points]
        table = as_csv(("value", "variant", field, "seeds"), rows)
        return Plot(name, title, svg.render(figure, name, f"{title}. {'; '.join(words)}", hovers), table)


def training_panels(trainings: Sequence[Training], variants: Sequence[str]) -> list[Plot]:
    """Loss over the steps of training, and on held-out instances, where logs have more than one point."""
    plots = []
    titles = {"losses": "Loss in training", "held_out": "Loss on held-out instances of what each was tuned on"}
    for field, title in titles.items():
        curves = {t.variant: getattr(t, field) for t in trainings if t.variant in variants and getattr(t, field)}
        if any(len(points) > 1 for points in curves.values()):
            seeds = max(t.runs for t in trainings if t.variant in curves)
            note = f"mean of {seeds} seeds, lowest to highest shaded" if seeds > 1 else ""
            plots.append(_curves(f"training-{field.replace('_', '-')}", title, note, curves, variants))
    return plots


def _curves(
    name: str, title: str, note: str, curves: Mapping[str, Sequence[CurvePoint]], variants: Sequence[str]
) -> Plot:
    with svg.style():
        figure, axes = svg.figure(WIDTH, 3.2)
        hovers, words, rows = {}, [], []
        for variant, points in curves.items():
            i = variants.index(variant)
            kept = thinned(points)
            steps = [p.step for p in kept]
            if any(p.low < p.high for p in kept):
                lows, highs = [p.low for p in kept], [p.high for p in kept]
                axes.fill_between(steps, lows, highs, color=svg.colour(i), alpha=0.18, lw=0)
            marker = svg.MARKERS[i % len(svg.MARKERS)] if len(kept) < 30 else None
            [line] = axes.plot(
                steps, [p.mean for p in kept], color=svg.colour(i), lw=1.8, ls=svg.DASHES[i % len(svg.DASHES)],
                marker=marker, ms=4, label=variant,
            )  # fmt: skip
            line.set_gid(f"curve{i}")
            first, last = points[0], points[-1]
            text = f"{variant}: {first.mean:.2f} at step {first.step}, {last.mean:.2f} at step {last.step}"
            hovers[f"curve{i}"] = text
            words.append(text)
            rows += [(variant, p.step, _exact(p.mean), _exact(p.low), _exact(p.high)) for p in points]
        axes.set_xlabel("step")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylim(bottom=0)
        axes.tick_params(axis="y", colors=svg.MUTED)
        figure.legend(loc="outside lower left", frameon=False, ncols=2, fontsize=9, handlelength=3)
        drawn = svg.render(figure, name, f"{title}. {'; '.join(words)}", hovers)
        return Plot(name, title, drawn, as_csv(("variant", "step", "loss", "low", "high"), rows), note)


def thinned(points: Sequence) -> Sequence:
    """At most about MAX_POINTS of a curve, evenly, the last one always."""
    step = -(-len(points) // MAX_POINTS)
    return [*points[:-1:step], points[-1]]


def length_panels(seen: Lengths, unseen: Lengths) -> list[Plot]:
    """Histograms of options of an instance, tokens of a prompt and of an answer: training tasks beside unseen ones."""
    plots = []
    for field, title, axis in (
        ("options", "Options to choose from", "options of an instance that has some"),
        ("sources", "Length of prompts", "tokens of a prompt"),
        ("targets", "Length of answers", "tokens of a right answer"),
    ):
        both = {"training tasks": getattr(seen, field), "unseen tasks": getattr(unseen, field)}
        both = {name: counts for name, counts in both.items() if counts}
        if both:
            plots.append(_histogram(f"lengths-{field}", title, axis, both))
    return plots


def _histogram(name: str, title: str, axis: str, both: Mapping[str, Counter[int]]) -> Plot:
    highest = max(max(counts) for counts in both.values())
    width = -(-(highest + 1) // BINS)
    with svg.style():
        figure, axes = svg.figure(WIDTH, 2.6)
        hovers, words, rows, labels = {}, [], [], []
        for i, (which, counts) in enumerate(both.items()):
            colour = svg.colour(HISTOGRAM[which])
            total = sum(counts.values())
            binned: Counter[int] = Counter()
            for length, count in counts.items():
                binned[length // width] += count
            for at, count in sorted(binned.items()):
                start = at * width
                span = f"{start}" if width == 1 else f"{start} to {start + width - 1}"
                centre = start + (width - 1) / 2 + (i - (len(both) - 1) / 2) * 0.42 * width
                [bar] = axes.bar(centre, 100 * count / total, width=0.4 * width, color=colour)
                bar.set_gid(f"bar{i}-{at}")
                hovers[f"bar{i}-{at}"] = f"{which}, {span}: {percent(count / total)} % ({count:,})"
                rows.append((which, start, start + width - 1, count))
            labels.append(Patch(color=colour, label=which))
            words.append(f"{which} from {min(counts)} to {max(counts)}")
        axes.set_xlabel(axis)
        axes.set_ylabel("share, %")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(axis="y", colors=svg.MUTED)
        axes.legend(handles=labels, loc="best", frameon=False, fontsize=9, handlelength=1)
        drawn = svg.render(figure, name, f"{title}: {'; '.join(words)}", hovers)
        return Plot(name, title, drawn, as_csv(("tasks", "from", "to", "count"), rows))


def as_csv(columns: Sequence[str], rows: Iterable[Sequence]) -> str:
    """Numbers of a plot."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _exact(value: float | None) -> str:
    """As in our tables."""
    return "" if value is None else f"{value:.6f}"


def _height(variants: int) -> float:
    return 0.75 + 0.34 * variants


def _by_variant(axes, variants: Sequence[str], axis: str) -> None:
    axes.set_yticks(range(len(variants)), variants)
    axes.tick_params(axis="y", pad=8)
    axes.set_ylim(len(variants) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(axis)
