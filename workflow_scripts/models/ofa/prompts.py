"""What a released OFA is asked, in the words that it was trained with.

Each text begins with a blank, as all of OFA's texts do. Source: OFA-Sys/OFA, data/mm_data and data/nlg_data.
"""

import re

_LEADING = ",.!?*#:;~"


def cleaned(text: str, max_words: int | None = None) -> str:
    """A text as OFA's own tasks put it: lower case, hyphens and slashes as blanks, single blanks, so many words."""
    text = text.lower().lstrip(_LEADING).replace("-", " ").replace("/", " ")
    text = re.sub(r"\s{2,}", " ", text).rstrip("\n").strip(" ")
    return " ".join(text.split(" ")[:max_words])


def cleaned_caption(text: str, max_words: int | None = None) -> str:
    """`cleaned`, with the anonymous <person> of some captions as a word."""
    text = text.lower().lstrip(_LEADING).replace("-", " ").replace("/", " ").replace("<person>", "person")
    return cleaned(text, max_words)


def caption() -> str:
    """Describe or classify a picture."""
    return " what does the image describe?"


def ground(text: str, max_words: int | None = 80) -> str:
    """Find the region that a text describes; the answer is four location tokens."""
    return f' which region does the text " {cleaned_caption(text, max_words)} " describe?'


def answer(question: str, objects: list[str] | None = None, max_words: int | None = 80) -> str:
    """Answer a question about a picture; objects: names of what a detector saw, where the checkpoint knows them."""
    question = cleaned(question, max_words)
    question = question if question.endswith("?") else f"{question}?"
    return f" {question}" if objects is None else f" {question} object: {' '.join(objects)}"


def entail(hypothesis: str, premise: str | None = None, max_words: int | None = 80) -> str:
    """Whether a picture, with a premise if there is one, implies a text; the answer is yes, no or maybe."""
    hypothesis = cleaned_caption(hypothesis, max_words)
    if premise is None:
        return f' does the image describe " {hypothesis} "?'
    return f' can image and text1 " {cleaned_caption(premise, max_words)} " imply text2 " {hypothesis} "?'


def describe_region(region: str) -> str:
    """Say what is in a region; region: its four location tokens."""
    return f" what does the region describe? region: {region}"


def detect() -> str:
    """List regions and names of all things; the answer is "<bin> <bin> <bin> <bin> name" for one after the other."""
    return " what are the objects in the image?"


def complete_text(text: str) -> str:
    """Write a text whole of which parts are masked."""
    return f' what is the complete text of " {text} "?'


def complete_picture() -> str:
    """Write the codes of the middle of a picture, which is black."""
    return " what is the image in the middle part?"


def draw(text: str) -> str:
    """Write the codes of a picture of a text."""
    return f" what is the complete image? caption: {text}"


def summarise(article: str) -> str:
    """Sum up an article in a line."""
    article = article.lower().replace("<unk>", "unk").strip()
    return f' what is the summary of article " {article} "?'
