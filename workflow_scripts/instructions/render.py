"""How an instance reads under an instruction: the one place that spells slots, options and targets."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from workflow_scripts.instructions.templates import SLOT, SLOTS, TEXT_SLOTS
from workflow_scripts.regions import JOIN, spell, spell_all


def name_template(name: str, slots: Collection[str]) -> str:
    """What the variant OFA_TaskName reads in place of an instruction: the task's name, then its slots.

    They come in the order of templates.SLOTS, which ends in the options, with a blank between them.

    >>> name_template("Grounded VQA", {"OPTION", "TEXT"})
    'Grounded VQA: <TEXT> <OPTION>'
    >>> name_template("Image Captioning", ())
    'Image Captioning:'
    """
    return " ".join([f"{name}:", *(f"<{slot}>" for slot in SLOTS if slot in slots)])


def examples(
    instance: Mapping, templates: Sequence[str], *, scale: float, by_name: str | None = None
) -> Iterator[dict]:
    """The rows of schemas.EXAMPLES of one row of schemas.INSTANCES: one per template.

    An instance with an instruction of its own gives one example: that instruction, then its text.
    scale: see regions.to_bins. by_name: a task's name_template, which gives each row's name_prompt.
    """
    width, height = instance["width"], instance["height"]
    options = list(instance["options"]) + [spell(r, width, height, scale=scale) for r in instance["option_regions"]]
    target = instance["target"]
    if instance["target_regions"]:
        target = spell_all(instance["target_regions"], width, height, scale=scale)
    fill = _slots(instance, options, scale)

    def filled(template: str) -> str:
        return SLOT.sub(lambda slot: fill[slot[1]], template)

    prompts = [filled(template) for template in templates]
    if instance["instruction"] is not None:
        prompts = [f"{instance['instruction']} {instance['text']}"]
    for number, prompt in enumerate(prompts):
        yield {
            "instance_id": instance["instance_id"],
            "instruction": number,
            "prompt": prompt,
            "name_prompt": None if by_name is None else filled(by_name),
            "target": target,
            "target_crop": instance["target_crop"],
            "target_image": instance["target_image"],
            "references": list(instance["references"]) or ([target] if target is not None else []),
            "options": options,
            "image": instance["image"],
            "width": width,
            "height": height,
            "mask": instance["mask"],
            "subtask": instance["subtask"],
        }


def _slots(instance: Mapping, options: Sequence[str], scale: float) -> dict[str, str]:
    """What fills each slot of this instance's templates."""
    spelt = [spell(r, instance["width"], instance["height"], scale=scale) for r in instance["regions"]]
    named = [f"{name} {region}" for name, region in zip(instance["region_names"], spelt)] or spelt
    fill = {slot: instance[slot.lower()] for slot in TEXT_SLOTS if instance[slot.lower()] is not None}
    fill |= {"OPTION": f"[Options]: {JOIN.join(options)}", "REGION": JOIN.join(named)}
    if spelt:
        fill |= {"SUBJECT": spelt[0], "OBJECT": spelt[-1]}
    return fill
