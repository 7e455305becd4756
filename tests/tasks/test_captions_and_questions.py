"""Tasks of captions and of free questions."""

import dataclasses

from tests.tasks.derivation import derived, records
from workflow_scripts.tasks.image_text_matching import image_text_matching
from workflow_scripts.tasks.vqa import visual_question_answering


def test_foreign_caption_names_what_the_photo_lacks(world):
    photos = records(world, "mscoco")
    pool = image_text_matching.survey(photos)
    answers = set()
    for photo in photos:
        for instance in derived(image_text_matching.derive, photo, pool):
            answers.add(instance.target)
            assert (instance.text in photo.captions) == (instance.target == "yes")
            if instance.target == "no":
                [foreign] = {
                    f for f in pool if f.caption == instance.text and f.named - {o.name for o in photo.objects}
                }
                assert any(name in instance.text.lower() for name in foreign.named)
    assert answers == {"yes", "no"}


def test_survey_of_captions_does_not_depend_on_order(world):
    photos = records(world, "mscoco")
    assert image_text_matching.survey(photos) == image_text_matching.survey(reversed(photos))


def test_photos_of_the_unseen_test_split_are_not_trained_on(world):
    telling = [p for p in records(world, "visual7w") if p.kind == "telling"]
    assert {p.in_pointing_test for p in telling} >= {False}
    kept = [p for p in telling if derived(visual_question_answering.derive, p)]
    assert kept
    assert not any(p.in_pointing_test for p in kept)
    held_back = dataclasses.replace(kept[0], in_pointing_test=True)
    assert derived(visual_question_answering.derive, held_back) == []
