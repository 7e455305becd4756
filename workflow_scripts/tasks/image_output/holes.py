"""Parts of a picture that are blacked out, to be filled in again."""

from workflow_scripts.regions import Region
from workflow_scripts.tasks.base import Draw

SIDE = 0.5  # of the shorter side of the picture


def whole(width: int, height: int) -> Region:
    """The region that is all of the picture."""
    return (0.0, 0.0, float(width), float(height))


def hole(width: int, height: int, draw: Draw) -> Region:
    """A square somewhere in the picture, in whole pixels."""
    side = max(round(SIDE * min(width, height)), 1)
    place = draw.generator("hole")
    x, y = (place.randint(0, length - side) for length in (width, height))
    return (float(x), float(y), float(x + side), float(y + side))
