"""Tasks of Visual Genome's described regions."""

from tests.tasks.derivation import derived, records
from workflow_scripts.dataclass_columns import as_row
from workflow_scripts.instructions.render import examples
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.regions import area, intersection, iou, parse
from workflow_scripts.tasks.grounded_matching import visual_grounding_selection
from workflow_scripts.tasks.region_understanding import most_overlapping_region_selection as most_overlapping
from workflow_scripts.tasks.registry import load_task


def test_most_overlapping_is_so_in_the_bins_that_the_model_reads(world):
    task = load_task("most_overlapping_region_selection")
    templates, checked = load_templates(task), 0
    for photo in records(world, "visual_genome"):
        for instance in derived(most_overlapping.derive, photo):
            [example] = list(examples(as_row(instance), templates, scale=1.0))[:1]
            given, *options = parse(example["prompt"])
            shared = {option: intersection(given, option) for option in options}
            [target] = parse(example["target"])
            assert len(shared) == 4
            second = sorted(shared.values())[-2]
            assert shared[target] - second >= 0.05 * area(given)
            assert shared[target] >= 0.1 * area(given)
            checked += 1
    assert checked > 20


def test_grounding_options_lie_apart_and_have_phrases_of_their_own(world):
    checked = 0
    for photo in records(world, "visual_genome"):
        for instance in derived(visual_grounding_selection.derive, photo):
            options = instance.option_regions
            assert all(iou(a, b) < 0.5 for n, a in enumerate(options) for b in options[:n])
            same = [r for r in photo.regions if r.phrase.lower().strip(" .") == instance.text.lower().strip(" .")]
            assert [r.region for r in same] == list(instance.target_regions)
            checked += 1
    assert checked > 20
