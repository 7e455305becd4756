"""Steps of WikiHow's methods that a question can be asked about, and how a procedure is told."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workflow_scripts.datasets.wikihow import Article, Step
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw

PER_ARTICLE = 4  # instances: each step has a picture of its own, so the cap per picture does not limit them
COMMON = 5  # a headline under more goals belongs to none of them ("Finished.")
SURVEYED = 2_000  # articles


def survey(articles: Iterable[Article]) -> frozenset[str]:
    """The normal forms of the headlines that are too common."""
    of_goals = {(a.goal, normal(s.headline)) for a in articles for m in a.methods for s in m.steps}
    goals = Counter(headline for _, headline in of_goals)
    return frozenset(headline for headline, times in goals.items() if times > COMMON)


@dataclass(frozen=True)
class Place:
    """A step among all of its method."""

    id: str  # of the article, the method and the step
    procedure: str  # the goal and, if it has a name, the method
    steps: tuple[Step, ...]
    telling: tuple[bool, ...]  # of each step: its headline is not common, and no other step of the method has it
    at: int

    @property
    def step(self) -> Step:
        return self.steps[self.at]


def places(article: Article, draw: Draw, common: frozenset[str]) -> Iterator[Place]:
    """All steps of an article, in drawn order."""
    found = []
    for number, method in enumerate(article.methods):
        headlines = [normal(s.headline) for s in method.steps]
        times = Counter(headlines)
        telling = tuple(times[h] == 1 and h not in common for h in headlines)
        procedure = f"{article.goal}: {method.name}" if method.name else article.goal
        found += [
            Place(f"{article.record_id}/{number}/{at}", procedure, method.steps, telling, at)
            for at in range(len(method.steps))
        ]
    yield from draw.shuffled(found, purpose="places")


def picture_of_step(step: Step) -> dict[str, Any]:
    """The instance fields that name its picture."""
    return {"image": step.image, "width": step.width, "height": step.height}
