"""Unseen: does a photo make a sentence true, false, or leave it open?"""

from collections.abc import Iterator

from workflow_scripts.datasets.snli_ve import Hypothesis
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

ANSWERS = {"entailment": "yes", "contradiction": "no", "neutral": "not sure"}


def derive(hypothesis: Hypothesis, draw: Draw) -> Iterator[Instance]:
    """The sentence."""
    answer = ANSWERS[hypothesis.label]
    yield Instance(
        instance_id=hypothesis.record_id,
        **picture_of(hypothesis),
        text=hypothesis.hypothesis,
        options=tuple(ANSWERS.values()),
        target=answer,
        references=(answer,),
    )


TASK = Task(
    name="Visual Entailment",
    dataset="snli_ve",
    role="eval",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)
