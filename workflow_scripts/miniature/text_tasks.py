"""The text-only tasks of the miniature NATURAL INSTRUCTIONS: small enough for a tiny model, all over one small lexicon.

Each task turns a wanted answer into an input that has it, so answers are true by construction and can be balanced.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

Drawn = tuple[str, tuple[str, ...]]  # an input and its accepted outputs, the usual one first

COLOURS = ("red", "blue", "green", "yellow", "black", "white", "brown", "grey")
KINDS = {
    "fruit": ("apple", "pear", "plum", "banana", "cherry", "lemon", "peach", "grape"),
    "animal": ("dog", "cat", "fox", "horse", "cow", "bird", "mouse", "sheep"),
    "tool": ("hammer", "saw", "shovel", "rake", "drill", "wrench", "axe", "brush"),
}
OBJECTS = ("ball", "cup", "hat", "book", "key", "lamp", "bag", "coat")
PLACES = ("garden", "kitchen", "park", "street", "barn", "school")
NAMES = ("Anna", "Tom", "Maria", "Ben", "Lucy", "Sam", "Nina", "Paul")
NUMBERS = ("two", "three", "four", "five", "six", "seven")
FEELINGS = {
    "positive": ("great", "lovely", "wonderful", "excellent", "delightful", "perfect"),
    "negative": ("awful", "terrible", "horrible", "boring", "dreadful", "broken"),
}
OPPOSITES = {  # a word and what may be said for its opposite
    "hot": ("cold", "cool"),
    "cold": ("hot", "warm"),
    "big": ("small", "little"),
    "small": ("big", "large"),
    "happy": ("sad", "unhappy"),
    "sad": ("happy",),
    "fast": ("slow",),
    "slow": ("fast", "quick"),
    "new": ("old",),
    "old": ("new", "young"),
    "clean": ("dirty",),
    "dirty": ("clean",),
    "heavy": ("light",),
    "light": ("heavy", "dark"),
    "wet": ("dry",),
    "dry": ("wet",),
}
GERMAN = {"dog": "Hund", "cat": "Katze", "bird": "Vogel", "apple": "Apfel", "pear": "Birne", "hammer": "Hammer"} | {
    "book": "Buch",
    "key": "Schlüssel",
    "garden": "Garten",
    "school": "Schule",
}

ANIMALS = KINDS["animal"]
THINGS = (*(thing for kind in KINDS.values() for thing in kind), *OBJECTS)
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class TextTask:
    """One task file. `answers` are taken in turn, so they are balanced; `make` draws an input with that answer."""

    number: int
    name: str
    split: str  # train, test or excluded
    category: str
    definition: str
    domain: str
    answers: tuple[str, ...]
    make: Callable[[random.Random, str], Drawn]
    why: str  # explanation of an example; {output} is the right answer
    reasoning: tuple[str, ...] = ()
    output_language: str = "English"
    plain_definition: bool = False  # written as a string, as old revisions have it, not as a list

    @property
    def id(self) -> str:
        return f"task{self.number}_miniature_{self.name}"


def last_word(rng: random.Random, answer: str) -> Drawn:
    words = [rng.choice(THINGS) for _ in range(rng.randint(2, 4))]
    return " ".join([*words, answer]), (answer,)


def count_words(rng: random.Random, answer: str) -> Drawn:
    words = [rng.choice(THINGS) for _ in range(NUMBERS.index(answer) + 2)]
    return " ".join(words), (answer,)


def larger_number(rng: random.Random, answer: str) -> Drawn:
    pair = [answer, str(rng.randrange(1, int(answer)))]
    rng.shuffle(pair)
    return f"{pair[0]} and {pair[1]}", (answer,)


def sentiment(rng: random.Random, answer: str) -> Drawn:
    return f"{rng.choice(NAMES)} said that the {rng.choice(OBJECTS)} was {rng.choice(FEELINGS[answer])}.", (answer,)


def word_in_list(rng: random.Random, answer: str) -> Drawn:
    *words, other = rng.sample(THINGS, rng.randint(4, 6))
    word = rng.choice(words) if answer == "yes" else other
    return f"List: {', '.join(words)}. Word: {word}.", (answer,)


def opposite(rng: random.Random, answer: str) -> Drawn:
    word = rng.choice([w for w, opposites in OPPOSITES.items() if opposites[0] == answer])
    return f"The {rng.choice(THINGS)} is {word}.", OPPOSITES[word]


def colour_in_sentence(rng: random.Random, answer: str) -> Drawn:
    thing, place = rng.choice(THINGS), rng.choice(PLACES)
    return f"{rng.choice(NAMES)} found a {answer} {thing} in the {place}.", (answer,)


def kind_of_things(rng: random.Random, answer: str) -> Drawn:
    return ", ".join(rng.sample(KINDS[answer], rng.randint(2, 3))), (answer,)


def swap_words(rng: random.Random, answer: str) -> Drawn:
    other = rng.choice([thing for thing in THINGS if thing != answer])
    return f"{other} {answer}", (f"{answer} {other}",)


def who_gave_or_got(rng: random.Random, answer: str) -> Drawn:
    other = rng.choice([name for name in NAMES if name != answer])
    thing = rng.choice(OBJECTS)
    gave = rng.random() < 0.5
    giver, taker = (answer, other) if gave else (other, answer)
    question = "gave" if gave else "got"
    return f"Passage: {giver} gave the {thing} to {taker}. Question: Who {question} the {thing}?", (answer,)


def title_of_sentence(rng: random.Random, answer: str) -> Drawn:
    colour, place = rng.choice(COLOURS), rng.choice(PLACES)
    verb = rng.choice(("sleeps", "eats", "waits", "runs", "plays"))
    return f"The {colour} {answer} {verb} in the {place}.", (f"The {colour} {answer}", f"{colour} {answer}")


def answerable(rng: random.Random, answer: str) -> Drawn:
    giver, taker = rng.sample(NAMES, 2)
    thing, other = rng.sample(OBJECTS, 2)
    asked = thing if answer == "yes" else other
    question = f"Who {rng.choice(('gave', 'got'))} the {asked}?"
    return f"Passage: {giver} gave the {thing} to {taker}. Question: {question}", (answer,)


def animal_in_sentence(rng: random.Random, answer: str) -> Drawn:
    name, colour, thing, place = (rng.choice(words) for words in (NAMES, COLOURS, OBJECTS, PLACES))
    return f"{name} saw a {answer} beside the {colour} {thing} in the {place}.", (answer,)


def analogy(rng: random.Random, answer: str) -> Drawn:
    word = rng.choice([w for w, opposites in OPPOSITES.items() if opposites[0] == answer])
    first = rng.choice([w for w in OPPOSITES if w not in (word, answer)])
    return f"{first} : {OPPOSITES[first][0]}. {word} : ?", OPPOSITES[word]


def to_german(rng: random.Random, answer: str) -> Drawn:
    word = next(english for english, german in GERMAN.items() if german == answer)
    others = rng.sample([english for english in GERMAN if english != word], rng.randint(1, 3))
    return ", ".join([word, *others]), (", ".join([answer, *(GERMAN[english] for english in others)]),)


FIRST_OPPOSITES = tuple(sorted({opposites[0] for opposites in OPPOSITES.values()}))

TASKS = (
    TextTask(
        number=9001,
        name="last_word_selection",
        split="train",
        category="Program Execution",
        definition="You get a few words. Repeat the last one of them and nothing else.",
        domain="Miscellaneous",
        answers=THINGS,
        make=last_word,
        why="The last word of the input is {output}.",
    ),
    TextTask(
        number=9002,
        name="word_counting",
        split="train",
        category="Program Execution",
        definition="Count the words of the input. Answer with a number word from two to seven.",
        domain="Miscellaneous",
        answers=NUMBERS,
        make=count_words,
        why="The input has {output} words.",
        reasoning=("Numerical Reasoning",),
    ),
    TextTask(
        number=9003,
        name="larger_number_selection",
        split="train",
        category="Mathematics",
        definition="The input names two numbers. Say which of the two is larger, in digits.",
        domain="Mathematics",
        answers=tuple(map(str, range(10, 51))),
        make=larger_number,
        why="Of the two numbers {output} is larger.",
        reasoning=("Numerical Reasoning",),
    ),
    TextTask(
        number=9004,
        name="sentiment_classification",
        split="train",
        category="Sentiment Analysis",
        definition="Someone gives an opinion about a thing. Answer 'positive' if they liked it and 'negative' if not.",
        domain="Reviews",
        answers=("positive", "negative"),
        make=sentiment,
        why="The last word of the opinion shows that it is {output}.",
    ),
    TextTask(
        number=9005,
        name="list_membership_classification",
        split="train",
        category="Program Execution",
        definition="You see a list and, after it, one word. Is the word an entry of the list? Answer 'yes' or 'no'.",
        domain="Miscellaneous",
        answers=YES_NO,
        make=word_in_list,
        why="Going through the list entry by entry leads to {output}.",
    ),
    TextTask(
        number=9006,
        name="antonym_generation",
        split="train",
        category="Word Semantics",
        definition="A sentence tells how a thing is. Give one word that means the opposite of its last word.",
        domain="Commonsense -> Concepts and Relations",
        answers=FIRST_OPPOSITES,
        make=opposite,
        why="The opposite of the sentence's last word is {output}.",
    ),
    TextTask(
        number=9007,
        name="colour_extraction",
        split="train",
        category="Information Extraction",
        definition="Exactly one colour is mentioned in the sentence. Write down that colour.",
        domain="Narrative",
        answers=COLOURS,
        make=colour_in_sentence,
        why="The only colour in the sentence is {output}.",
    ),
    TextTask(
        number=9008,
        name="things_categorization",
        split="train",
        category="Text Categorization",
        definition="All things in the input are of one kind. Name the kind: 'fruit', 'animal' or 'tool'.",
        domain="Commonsense -> Concepts and Relations",
        answers=tuple(KINDS),
        make=kind_of_things,
        why="Each thing that is named is a kind of {output}.",
    ),
    TextTask(
        number=9009,
        name="two_words_reversal",
        split="train",
        category="Program Execution",
        definition="Two words are given. Write them in the reverse order, with one space between them.",
        domain="Miscellaneous",
        answers=THINGS,
        make=swap_words,
        why="With the second word first the result is {output}.",
        plain_definition=True,
    ),
    TextTask(
        number=9010,
        name="giving_question_answering",
        split="train",
        category="Question Answering",
        definition="Read a passage of one sentence and answer the question about it with one name.",
        domain="Narrative",
        answers=NAMES,
        make=who_gave_or_got,
        why="By the passage the question is about {output}.",
    ),
    TextTask(
        number=9101,
        name="subject_title_generation",
        split="test",
        category="Title Generation",
        definition="Give the sentence a short title that names what it is about: its subject.",
        domain="Story",
        answers=ANIMALS,
        make=title_of_sentence,
        why="The sentence tells something of its subject, {output}.",
    ),
    TextTask(
        number=9102,
        name="giving_answerability_classification",
        split="test",
        category="Answerability Classification",
        definition="Does the passage hold the answer to the question? Say 'yes' or 'no'.",
        domain="Narrative",
        answers=YES_NO,
        make=answerable,
        why="Comparing the thing in the question with the thing in the passage gives {output}.",
    ),
    TextTask(
        number=9103,
        name="animal_keyword_tagging",
        split="test",
        category="Keyword Tagging",
        definition="Find the animal that the sentence mentions and answer with that one word.",
        domain="Narrative",
        answers=ANIMALS,
        make=animal_in_sentence,
        why="The animal in the sentence is the {output}.",
    ),
    TextTask(
        number=9104,
        name="opposites_word_analogy",
        split="test",
        category="Word Analogy",
        definition="Two words are related, 'A : B'. Replace the question mark so that 'C : ?' is related alike.",
        domain="Commonsense -> Concepts and Relations",
        answers=FIRST_OPPOSITES,
        make=analogy,
        why="The words of a pair are opposites, so {output} belongs there.",
        reasoning=("Relational Reasoning", "Analogical Reasoning"),
    ),
    TextTask(
        number=9201,
        name="words_translation_en_de",
        split="excluded",
        category="Translation",
        definition="Translate the list of English words to German, in the same order, with commas between the words.",
        domain="Miscellaneous",
        answers=tuple(GERMAN.values()),
        make=to_german,
        why="Word by word the German list is {output}.",
        output_language="German",
    ),
)
