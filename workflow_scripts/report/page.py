"""The page: all data into one HTML file. Every text is escaped by the template engine."""

import base64
from collections.abc import Mapping
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from workflow_scripts.report import svg
from workflow_scripts.report.lengths import median
from workflow_scripts.report.results import metric_name
from workflow_scripts.report.wording import p_value, percent, points, shorten

FOLDER = Path(__file__).parent
GROUPS = {
    "vqa": "VQA",
    "natural_instructions": "NATURAL INSTRUCTIONS",
    "image_text_matching": "Image-text matching",
}  # that are not simply capitalised


def render(data: Mapping, template: str = "template.html.j2") -> str:
    """The whole page from what a template names."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FileSystemLoader(FOLDER),
    )
    environment.filters |= {
        "percent": percent,
        "points": points,
        "p_value": p_value,
        "number": number,
        "median": median,
        "name": breakable,
        "metric": metric_name,
        "sentence": sentence,
        "group_title": group_title,
        "shorten": shorten,
        "yaml": as_yaml,
        "csv_uri": csv_uri,
        "text_uri": text_uri,
    }
    environment.globals |= {"style": _file("style.css"), "script": _file("script.js"), "colours": svg.COLOURS}
    return environment.get_template(template).render(data)


def _file(name: str) -> Markup:
    """A file of our own, put into the page as it is."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


def number(value: float | None) -> str:
    """A count, with thousands apart; a dash for none.

    >>> number(12345)
    '12,345'
    """
    return "–" if value is None else f"{value:,}"


def breakable(text: str) -> Markup:
    """A name that may break into lines after its underscores."""
    return Markup("_<wbr>").join(escape(part) for part in text.split("_"))


def group_title(group: str) -> str:
    """A group's name for people.

    >>> group_title("region_understanding"), group_title("vqa")
    ('Region understanding', 'VQA')
    """
    return GROUPS.get(group) or group.replace("_", " ").capitalize()


def as_yaml(value: object) -> str:
    """Settings as they stand in config.yaml."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def sentence(text: str) -> str:
    """Words as the beginning of a sentence.

    >>> sentence("unseen NLP tasks")
    'Unseen NLP tasks'
    """
    return text[:1].upper() + text[1:]


def csv_uri(text: str) -> str:
    """A table that can be saved from the page."""
    return _uri("csv", text)


def text_uri(text: str) -> str:
    """Any other text that can be saved from the page."""
    return _uri("plain", text)


def _uri(kind: str, text: str) -> str:
    return f"data:text/{kind};charset=utf-8;base64," + base64.b64encode(text.encode()).decode()
