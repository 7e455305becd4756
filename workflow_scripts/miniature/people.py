"""How people are painted: a large head that shows the mood, a coloured shirt, arms and props that show what they do."""

from workflow_scripts.miniature.pen import HAIR, INK, SKIN, STEEL, TROUSERS, WOOD, Colour, Pen
from workflow_scripts.miniature.scenes import Thing

_LEGS = (((0.42, 0.78), (0.4, 0.95)), ((0.58, 0.78), (0.6, 0.95)))
_RUNNING_LEGS = (((0.42, 0.76), (0.2, 0.86), (0.08, 0.78)), ((0.58, 0.76), (0.74, 0.86), (0.8, 0.95)))
_DOWN_LEFT, _DOWN_RIGHT = ((0.3, 0.54), (0.07, 0.72)), ((0.7, 0.54), (0.93, 0.72))
_UP_LEFT, _UP_RIGHT = ((0.3, 0.54), (0.07, 0.2)), ((0.7, 0.54), (0.93, 0.2))
_OUT_RIGHT = ((0.7, 0.55), (0.92, 0.6))
_ARMS = {
    "standing": (_DOWN_LEFT, _DOWN_RIGHT),
    "waving": (_DOWN_LEFT, _UP_RIGHT),
    "cheering": (_UP_LEFT, _UP_RIGHT),
    "running": (((0.3, 0.54), (0.07, 0.62), (0.14, 0.48)), ((0.7, 0.54), (0.84, 0.68), (0.94, 0.56))),
    "fishing": (_DOWN_LEFT, _OUT_RIGHT),
    "sweeping": (_DOWN_LEFT, _OUT_RIGHT),
    "lifting weights": (_UP_LEFT, _UP_RIGHT),
    "skipping rope": (((0.3, 0.54), (0.07, 0.64)), ((0.7, 0.54), (0.93, 0.64))),
}


def paint_person(pen: Pen, thing: Thing, colour: Colour) -> None:
    """A person from head to shoes."""
    limb_px = max(1.6, pen.width / 4 * 0.09)
    if thing.pose == "skipping rope":
        pen.arc(0.08, 0.3, 0.92, 1, 0, 180, 1)
    for leg in _RUNNING_LEGS if thing.pose == "running" else _LEGS:
        pen.limb(leg, TROUSERS, limb_px * 1.3)
    for arm in _ARMS[thing.pose]:
        pen.limb(arm, SKIN, limb_px)
    pen.block(0.27, 0.48, 0.73, 0.79, colour, 0.08)
    _props(pen, thing.pose)
    _head(pen, thing.mood)


def _props(pen: Pen, pose: str) -> None:
    if pose == "fishing":
        pen.line(((0.84, 0.72), (0.97, 0.06)), WOOD, 1.3)
        pen.line(((0.97, 0.06), (0.985, 0.94)), INK, 0.5)
    elif pose == "sweeping":
        pen.line(((0.9, 0.42), (0.9, 0.86)), WOOD, 1.5)
        pen.shape(((0.86, 0.84), (0.94, 0.84), (1, 1), (0.78, 1)), (226, 190, 90))
    elif pose == "lifting weights":
        pen.line(((0, 0.06), (1, 0.06)), STEEL, 1.4)
        for left in (0.0, 0.9):
            pen.block(left, 0, left + 0.1, 0.24, INK)


def _head(pen: Pen, mood: str) -> None:
    pen.oval(0.2, 0, 0.8, 0.48, HAIR)
    pen.oval(0.21, 0.08, 0.79, 0.51, SKIN)
    for x in (0.38, 0.62):
        pen.oval(x - 0.035, 0.235, x + 0.035, 0.285, INK, None)
    if mood == "happy":
        pen.draw.chord((*pen.at(0.36, 0.25), *pen.at(0.64, 0.45)), 15, 165, (200, 40, 50), INK, 2)
    elif mood == "sad":
        pen.arc(0.37, 0.37, 0.63, 0.5, 195, 345, 1)
        pen.oval(0.35, 0.3, 0.41, 0.38, (90, 170, 240), None)
    elif mood == "angry":
        pen.line(((0.38, 0.42), (0.62, 0.42)), INK, 1)
        pen.line(((0.29, 0.18), (0.46, 0.235)), INK, 1)
        pen.line(((0.71, 0.18), (0.54, 0.235)), INK, 1)
    else:
        pen.oval(0.44, 0.34, 0.56, 0.46, (120, 30, 40))
        pen.arc(0.3, 0.16, 0.46, 0.26, 200, 340, 0.8)
        pen.arc(0.54, 0.16, 0.7, 0.26, 200, 340, 0.8)
