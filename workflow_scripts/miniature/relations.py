"""How two things of a scene lie to each other; true by construction, from their boxes and the order of drawing."""

from workflow_scripts.miniature.scenes import Scene, Thing
from workflow_scripts.regions import intersection

CLEARLY = 1.3  # the larger distance of centres over the smaller, for a direction to be named
CLOSE_PX = 8
SIDE_PX = 4  # centres at least so far apart, for one to be on a side of the other


def relations(scene: Scene, a: Thing, b: Thing) -> list[str]:
    """What holds between a and b, the most telling first; empty if they lie askew."""
    if intersection(a.box, b.box):
        return ["in front of" if scene.things.index(a) > scene.things.index(b) else "behind"]
    found = [direction] if (direction := _direction(a, b)) else []
    gap = max(a.box[0] - b.box[2], b.box[0] - a.box[2])
    beside = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1]) > 6
    return [*found, "next to"] if 0 <= gap <= CLOSE_PX and beside else found


def _direction(a: Thing, b: Thing) -> str | None:
    dx, dy = b.centre[0] - a.centre[0], b.centre[1] - a.centre[1]
    if abs(dx) > CLEARLY * abs(dy):
        return "left of" if dx > 0 else "right of"
    if abs(dy) > CLEARLY * abs(dx):
        return "above" if dy > 0 else "below"
    return None


def squarely(a: Thing, side: str, b: Thing) -> bool:
    """Whether a lies on that side of b and on no other: apart along one axis, side by side along the other."""
    across = 1 if side in ("left of", "right of") else 0
    overlap = min(a.box[across + 2], b.box[across + 2]) - max(a.box[across], b.box[across])
    return overlap > SIDE_PX and not intersection(a.box, b.box) and _direction(a, b) == side


def only_one(scene: Scene, side: str, b: Thing) -> Thing | None:
    """The thing on a side of b, if it is the only one there and nothing else is near enough to be meant."""
    axis, sign = {"left of": (0, -1), "right of": (0, 1), "above": (1, -1), "below": (1, 1)}[side]
    there = [t for t in scene.things if t is not b and sign * (t.centre[axis] - b.centre[axis]) > -SIDE_PX]
    if len(there) != 1 or scene.crowds:
        return None
    return there[0] if side in relations(scene, there[0], b) else None


def on_ground(scene: Scene, thing: Thing) -> bool:
    """Whether it stands on the ground: its foot is painted below the horizon and nothing holds it up in the air."""
    return not thing.kind.anywhere and thing.box[3] > scene.horizon + 3


def before_sky(scene: Scene, thing: Thing) -> bool:
    """Wholly in the sky, or before the wall of a room."""
    return thing.box[3] <= scene.horizon
