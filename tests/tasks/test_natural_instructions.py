"""The text-only tasks."""

import dataclasses

from tests.tasks.derivation import derived, records
from workflow_scripts.tasks.natural_instructions import text_instance


def test_only_the_official_hundred_of_each_text_task(world):
    instance = records(world, "natural_instructions", "test")[0]
    assert len(derived(text_instance.derive, dataclasses.replace(instance, position=99))) == 1
    assert derived(text_instance.derive, dataclasses.replace(instance, position=100)) == []
