"""Tasks of Visual Genome's relationships."""

from tests.tasks.derivation import derived
from workflow_scripts.datasets import visual_genome
from workflow_scripts.tasks.visual_relationship import object_relationship


def test_every_relation_of_a_pair_is_a_right_answer():
    thing, other = visual_genome.Thing("a", (0.0, 0.0, 50.0, 50.0)), visual_genome.Thing("b", (40.0, 0.0, 99.0, 50.0))
    stated = [("on", thing, other), ("beside", thing, other), ("under", other, thing), ("is", thing, thing)]
    related = tuple(visual_genome.Relationship(n, p, s, o) for n, (p, s, o) in enumerate(stated))
    photo = visual_genome.Photo("1", "visual_genome/x.jpg", 100, 100, None, (), related, ())
    found = {i.target: i.references for i in derived(object_relationship.derive, photo)}
    assert found == {"on": ("beside", "on"), "beside": ("beside", "on"), "under": ("under",)}
