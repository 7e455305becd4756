"""The tables of scores for a paper: every CSV as a LaTeX table, and the main one as MULTIINSTRUCT's authors print it.

They need the packages booktabs and longtable.
"""

import re
from collections.abc import Iterable, Sequence

from workflow_scripts.report.results import Aggregate, Cell, Comparison, metric_name

_SPECIAL = {
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
_NUMBER = re.compile(r"-?\d*\.\d+")
MARKS = {"above": r"$^{\uparrow}$", "below": r"$^{\downarrow}$", None: ""}


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is; control characters, which nobody can print, are left out.

    >>> escaped("50 % of x_1")
    '50 \\\\% of x\\\\_1'
    """
    return "".join(_SPECIAL.get(c, c) for c in text if c.isprintable() or c == " ")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV table, over as many pages as it takes; numbers stand to the right, with three decimals."""
    rows = [list(row) for row in rows]
    right = [all(_is_number(row[i]) for row in rows if row[i]) for i in range(len(columns))]
    shape = "".join("r" if number else "l" for number in right)
    head = " & ".join(escaped(name) for name in columns)
    lines = [rf"\begin{{longtable}}{{{shape}}}", r"\toprule", rf"{head} \\", r"\midrule", r"\endhead"]
    lines += [" & ".join(_spelt(value) for value in row) + r" \\" for row in rows]
    return "\n".join([*lines, r"\bottomrule", r"\end{longtable}", ""])


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) or text.lstrip("-").isdecimal()


def _spelt(value: str) -> str:
    return f"{float(value):.3f}" if _NUMBER.fullmatch(value) else escaped(value)


def comparison(compared: Comparison) -> str:
    """Tasks by variants: of each the best instruction, and mean ± standard deviation; in percent, the best bold.

    Arrows: above or below the variant that the others are tested against.
    """
    many = compared.kind == "multimodal"
    width = 2 if many else 1
    names = [rf"\multicolumn{{{width}}}{{c}}{{{escaped(v)}}}" for v in compared.variants]
    lines = [rf"\begin{{tabular}}{{l{'r' * width * len(names)}}}", r"\toprule", _line("", *names)]
    if many:
        lines.append(_line("Task", *["Max", r"Avg $\pm$ Std"] * len(names)))
    lines.append(r"\midrule")
    for row in compared.rows:
        if not row.secondary:
            name = f"{escaped(row.name)} ({escaped(metric_name(row.metric))})"
            lines.append(_line(name, *(text for cell in row.cells for text in _cell(cell, many))))
    lines.append(r"\midrule")
    best = {field: compared.best(field) for field in ("mean", "max", "sensitivity")}
    over_all = [
        text
        for i, a in enumerate(compared.aggregates)
        for text in _aggregate(a, i in best["max"], i in best["mean"], many)
    ]
    lines.append(_line("All tasks", *over_all))
    if many:
        spelt = (_sensitivity(a, i in best["sensitivity"]) for i, a in enumerate(compared.aggregates))
        lines.append(_line("Sensitivity", *(text for value in spelt for text in ("", value))))
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _line(*cells: str) -> str:
    return " & ".join(cells) + r" \\"


def _cell(cell: Cell | None, many: bool) -> list[str]:
    if cell is None:
        return ["--"] * (2 if many else 1)
    mark = MARKS[cell.difference and cell.difference.direction]
    mean = _bold(f"{100 * cell.mean:.1f}", "mean" in cell.best)
    if not many:
        return [mean + mark]
    return [_bold(f"{100 * cell.max:.1f}", "max" in cell.best), rf"{mean} $\pm$ {100 * cell.std:.1f}{mark}"]


def _aggregate(aggregate: Aggregate | None, best_max: bool, best_mean: bool, many: bool) -> list[str]:
    if aggregate is None:
        return ["--"] * (2 if many else 1)
    mark = MARKS[aggregate.difference and aggregate.difference.direction]
    mean = _bold(f"{100 * aggregate.mean:.1f}", best_mean) + mark
    return [_bold(f"{100 * aggregate.max:.1f}", best_max), mean] if many else [mean]


def _sensitivity(aggregate: Aggregate | None, is_best: bool) -> str:
    if aggregate is None or aggregate.sensitivity is None:
        return "--"
    return _bold(f"{aggregate.sensitivity:.3f}", is_best)


def _bold(text: str, is_best: bool) -> str:
    return rf"\textbf{{{text}}}" if is_best else text
