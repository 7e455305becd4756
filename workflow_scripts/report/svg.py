"""matplotlib figures as SVG for the page: text stays text, colours are the page's, same input gives same bytes."""

import io
import re
from collections.abc import Mapping

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.figure import Figure

# Stand-ins that matplotlib draws with; the page's own colours replace them, so that plots follow light and dark.
INK, MUTED, LINE = "#010101", "#010102", "#010103"
_PAGE_COLOURS = {INK: "currentColor", MUTED: "var(--muted)", LINE: "var(--line)"}
COLOURS = 8
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "p")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 4)), (0, (1, 2)), (0, (9, 3)), (0, (3, 3)))

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "multiinstruct",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "none",
}


def colour(variant: int) -> str:
    """The stand-in for the colour of the variant of this number."""
    return f"#0102{variant % COLOURS:02x}"


def figure(width: float, height: float):
    """An empty figure (inches) and its axes, in the page's style; call `render` inside the same `style()`."""
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.add_subplot()


def style():
    """The context in which figures are drawn and rendered."""
    return mpl.rc_context(_STYLE)


def render(made: Figure, name: str, label: str, hovers: Mapping[str, str]) -> Markup:
    """The figure as an <svg> element.

    name: unique in the page, prefixes every id; what is no letter, digit or underscore becomes "-". label: says in
    words what is seen. hovers: text by artist's gid.
    """
    name = re.sub(r"\W", "-", name)
    out = io.StringIO()
    made.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<(/?)svg:", r"<\1", text)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    for stand_in, meant in _page_colours().items():
        text = text.replace(stand_in, meant)
    for gid, hover in hovers.items():
        text = text.replace(f'<g id="{gid}">', f'<g id="{gid}"><title>{escape(hover)}</title>', 1)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    viewbox = re.search(r'viewBox="[^"]*"', text).group()
    body = text[text.index(">") + 1 :]
    return Markup(f'<svg class="plot" role="img" aria-label="{escape(label)}" {viewbox}>') + Markup(body)


def _page_colours() -> dict[str, str]:
    return _PAGE_COLOURS | {colour(i): f"var(--v{i})" for i in range(COLOURS)}
