"""The plots: scores by variant for each task and over all, sensitivity, training curves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from workflow_scripts.report import svg
from workflow_scripts.report.overview import Training
from workflow_scripts.report.results import Comparison, Row
from workflow_scripts.report.wording import KIND_NAMES, percent

WIDTH = 4.1  # inches of a panel; panels stand side by side as the window allows
MAX_POINTS = 300  # of a training curve


@dataclass(frozen=True)
class Plot:
    """A drawn panel, its title and where the numbers in it come from."""

    title: str
    svg: Markup
    note: str = ""


def task_panels(table: Comparison, scores: Mapping[str, Mapping[tuple[str, str], Mapping[int, float]]]) -> list[Plot]:
    """A panel per task and metric, all of one scale: each instruction a dot, the mean with its standard deviation."""
    top = 105 * max((cell.max for row in table.rows for cell in row.cells if cell), default=0) or 1
    return [_task_panel(row, table.variants, scores.get(row.task, {}), i, top) for i, row in enumerate(table.rows)]


def _task_panel(row: Row, variants: Sequence[str], scores: Mapping, number: int, top: float) -> Plot:
    with svg.style():
        figure, axes = svg.figure(WIDTH, _height(len(variants)))
        hovers, words = {}, []
        for i, (variant, cell) in enumerate(zip(variants, row.cells)):
            if cell is None:
                continue
            for j, score in sorted(scores.get((row.metric, variant), {}).items()):
                [dot] = axes.plot(
                    100 * score, i + 0.27, "o", ms=4, color=svg.colour(i), alpha=0.6, mew=0, clip_on=False
                )
                hovers[f"dot{i}-{j}"] = f"{variant}, instruction {j + 1}: {percent(score)} %"
                dot.set_gid(f"dot{i}-{j}")
            mean, std = 100 * cell.mean, 100 * cell.std
            axes.plot([mean - std, mean + std], [i, i], "-", color=svg.colour(i), lw=2, solid_capstyle="round")
            [mark] = axes.plot(
                mean, i, svg.MARKERS[i % len(svg.MARKERS)], ms=8, color=svg.colour(i), mew=0, clip_on=False
            )
            mark.set_gid(f"mean{i}")
            hovers[f"mean{i}"] = f"{variant}: {percent(cell.mean)} ± {percent(cell.std)} %, best {percent(cell.max)} %"
            words.append(f"{variant} {percent(cell.mean)} ± {percent(cell.std)}")
        _by_variant(axes, variants, f"{row.metric}, %")
        axes.set_xlim(0, top)
        label = f"{row.name}, {row.metric} in percent: {'; '.join(words)}"
        return Plot(row.name, svg.render(figure, f"task{number}", label, hovers), row.metric)


def aggregate_panels(tables: Sequence[Comparison]) -> list[Plot]:
    """The mean over the tasks of each kind, and the sensitivity where there is one."""
    plots = []
    for table in tables:
        means = [a and a.mean for a in table.aggregates]
        if any(m is not None for m in means):
            title = f"Mean over all {KIND_NAMES[table.kind]}"
            plots.append(_bars(title, "mean score, %", table.variants, means, percent, f"mean-{table.kind}", 100))
    for table in tables:
        values = [a and a.sensitivity for a in table.aggregates]
        if any(v is not None for v in values):
            title = f"Sensitivity to the wording, {KIND_NAMES[table.kind]}"
            name = f"sensitivity-{table.kind}"
            plots.append(_bars(title, "sensitivity, lower is better", table.variants, values, _three, name, 1))
    return plots


def _three(value: float) -> str:
    return f"{value:.3f}"


def _bars(
    title: str, axis: str, variants: Sequence[str], values: Sequence[float | None],
    spell: Callable[[float], str], name: str, factor: int,
) -> Plot:  # fmt: skip
    with svg.style():
        figure, axes = svg.figure(WIDTH, _height(len(variants)))
        hovers = {}
        known = [(i, v) for i, v in enumerate(values) if v is not None]
        for i, value in known:
            [bar] = axes.barh(i, factor * value, height=0.56, color=svg.colour(i))
            bar.set_gid(f"bar{i}")
            hovers[f"bar{i}"] = f"{variants[i]}: {spell(value)}"
            axes.annotate(
                spell(value), (factor * value, i), xytext=(5, 0), textcoords="offset points", va="center", fontsize=10
            )
        _by_variant(axes, variants, axis)
        axes.set_xlim(0, 1.15 * factor * max(v for _, v in known) or 1)
        words = "; ".join(f"{variants[i]} {spell(value)}" for i, value in known)
        return Plot(title, svg.render(figure, name, f"{title}: {words}", hovers))


def training_panels(trainings: Sequence[Training], variants: Sequence[str]) -> list[Plot]:
    """Loss over the steps of training, and on held-out instances, where logs have more than one point."""
    plots = []
    for name, title in (("losses", "Loss in training"), ("held_out", "Loss on held-out instances")):
        curves = {t.variant: getattr(t, name) for t in trainings if getattr(t, name)}
        if any(len(points) > 1 for points in curves.values()):
            plots.append(_curves(title, name, curves, variants))
    return plots


def _curves(title: str, name: str, curves: Mapping[str, Sequence], variants: Sequence[str]) -> Plot:
    with svg.style():
        figure, axes = svg.figure(WIDTH, 2.9)
        hovers, words = {}, []
        for variant, points in curves.items():
            i = variants.index(variant)
            kept = _thinned(points)
            marker = svg.MARKERS[i % len(svg.MARKERS)] if len(kept) < 30 else None
            [line] = axes.plot(
                *zip(*kept), color=svg.colour(i), lw=1.8, ls=svg.DASHES[i % len(svg.DASHES)], marker=marker, ms=4,
                label=variant,
            )  # fmt: skip
            line.set_gid(f"curve{i}")
            text = f"{variant}: {points[0][1]:.2f} at step {points[0][0]}, {points[-1][1]:.2f} at step {points[-1][0]}"
            hovers[f"curve{i}"] = text
            words.append(text)
        axes.set_xlabel("step")
        axes.set_ylim(bottom=0)
        axes.tick_params(axis="y", colors=svg.MUTED)
        figure.legend(loc="outside lower left", frameon=False, ncols=2, fontsize=9, handlelength=3)
        return Plot(title, svg.render(figure, f"training-{name}", f"{title}. {'; '.join(words)}", hovers))


def _thinned(points: Sequence) -> Sequence:
    """At most about MAX_POINTS of a curve, evenly, the last one always."""
    step = -(-len(points) // MAX_POINTS)
    return [*points[:-1:step], points[-1]]


def _height(variants: int) -> float:
    return 0.75 + 0.34 * variants


def _by_variant(axes, variants: Sequence[str], axis: str) -> None:
    axes.set_yticks(range(len(variants)), variants)
    axes.tick_params(axis="y", pad=8)
    axes.set_ylim(len(variants) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(axis)
