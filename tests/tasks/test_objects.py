"""Tasks of MS COCO's objects."""

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets import mscoco
from workflow_scripts.regions import intersection
from workflow_scripts.tasks.grounded_matching import object_matching


def test_matched_objects_are_apart_and_of_one_kind_if_yes(world):
    checked = 0
    for photo in records(world, "mscoco"):
        things = {o.region: o for o in photo.objects}
        for instance in derived(object_matching.derive, photo):
            a, b = (things[r] for r in instance.regions)
            assert instance.target == ("yes" if a.name == b.name else "no")
            assert not a.crowd
            assert not b.crowd
            assert intersection(a.region, b.region) == 0
            checked += 1
    assert checked > 10


def test_crowds_are_not_matched():
    def thing(number, name, x, crowd=False):
        return mscoco.Object(number, name, (x, 0.0, x + 20.0, 20.0), crowd)

    objects = (thing(1, "dog", 0.0), thing(2, "dog", 30.0, crowd=True), thing(3, "cat", 60.0))
    photo = mscoco.Photo("1", "mscoco/x.jpg", 100, 100, objects, ())
    assert derived(object_matching.derive, photo) == []
