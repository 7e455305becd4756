"""The page: all data into one HTML file. Every text is escaped by the template engine."""

import base64
from collections.abc import Mapping
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from workflow_scripts.report import svg
from workflow_scripts.report.wording import percent, shorten

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
    environment.filters |= {"percent": percent, "number": number, "name": breakable, "group_title": group_title}
    environment.filters |= {"yaml": as_yaml, "csv_uri": csv_uri, "shorten": shorten}
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


def csv_uri(text: str) -> str:
    """A table that can be saved from the page."""
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()
