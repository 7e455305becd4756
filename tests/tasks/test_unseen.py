"""Tasks that are never trained on."""

from tests.tasks.derivation import derived
from workflow_scripts.datasets import visual7w
from workflow_scripts.tasks.vqa import grounded_vqa


def pointing(*regions) -> visual7w.Photo:
    asked = visual7w.Question(1, "Which?", None, (), regions[0], tuple(regions[1:]))
    return visual7w.Photo("pointing/1", "visual7w/x.jpg", 100, 100, "pointing", True, (asked,))


def test_options_that_cannot_be_told_apart_are_not_asked_about():
    apart = [(0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (40.0, 0.0, 50.0, 10.0), (60.0, 0.0, 70.0, 10.0)]
    assert len(derived(grounded_vqa.derive, pointing(*apart))) == 1
    assert derived(grounded_vqa.derive, pointing(*apart[:3])) == []
    assert derived(grounded_vqa.derive, pointing(*apart[:3], (20.0, 0.0, 30.0, 10.1))) == []
