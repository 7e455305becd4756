"""Tables for LaTeX."""

import re

from workflow_scripts.report import latex
from workflow_scripts.report.results import Aggregate, Cell, Comparison, Difference, Row

from . import world


def test_a_csv_as_a_table():
    made = latex.table(["task", "n", "score"], [["a_b & 5 %", "12", "0.123456"], ["c\\d", "", ""]])
    assert made.splitlines()[0] == r"\begin{longtable}{lrr}"
    assert r"a\_b \& 5 \% & 12 & 0.123 \\" in made
    assert r"c\textbackslash{}d &  &  \\" in made


def test_the_table_of_the_paper():
    below = Difference("b", -0.2, -0.3, -0.1, 0.01)
    first = Cell(0.3, 0.4, 0.05, None, None, 10, 0, None, 1, difference=below)
    second = Cell(0.5, 0.6, 0.01, None, None, 10, 0, None, 1, best=frozenset({"mean", "max"}))
    aggregates = tuple(Aggregate(c.mean, c.max, s, None, None, None, 1, 1, 0) for c, s in ((first, 0.2), (second, 0.1)))
    rows = (Row("t", "T_1", "rouge_l", (first, second)), Row("t", "T_1", "nearest_option", (first, second)))
    lines = latex.comparison(Comparison("multimodal", ("a", "b"), rows, aggregates, "b")).splitlines()
    assert lines[0] == r"\begin{tabular}{lrrrr}"
    assert (
        r"T\_1 (ROUGE-L) & 40.0 & 30.0 $\pm$ 5.0$^{\downarrow}$ & \textbf{60.0} & \textbf{50.0} $\pm$ 1.0 \\" in lines
    )
    assert r"Sensitivity &  & 0.200 &  & \textbf{0.100} \\" in lines
    assert not any("nearest" in line for line in lines)


def test_every_table_of_a_run_has_as_many_cells_in_each_line(made):
    for name in world.TEX:
        lines = [line for line in (made / f"{name}.tex").read_text().splitlines() if line.endswith(r"\\")]
        spans = [int(n) - 1 for n in re.findall(r"\\multicolumn\{(\d)\}", lines[0])]
        widths = [len(re.findall(r"(?<!\\)&", line)) for line in lines]
        assert len(lines) > 1
        assert set(widths[1:]) == {widths[0] + sum(spans)}, name
