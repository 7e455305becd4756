"""NATURAL INSTRUCTIONS v2 in miniature: our own small text tasks, as the archive of allenai/natural-instructions."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from workflow_scripts.miniature.archives import write_zip
from workflow_scripts.miniature.text_tasks import TASKS, Drawn, TextTask
from workflow_scripts.randomness import Draw, keyed_number

DEPENDS_ON = ("natural_instructions",)  # sizes of config.miniature
ROOT = "natural-instructions-master"
SPLITS = ("train", "test", "excluded")
TEST_INSTANCES = 120  # of each test task; the evaluation takes the first 100
EXAMPLES = 3  # a negative and two positive ones
TRIES = 50  # draws for an input that the task does not have yet; then a repetition is accepted


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write folder/natural-instructions-master.zip: sizes["natural_instructions"] instances for a task outside test."""
    write_zip(folder / "natural-instructions-master.zip", members(seed, sizes["natural_instructions"]))


def members(seed: int, instances: int) -> Iterator[tuple[str, bytes]]:
    """The archive's files: the lists of task names (no .json), then a file for each task."""
    for split in SPLITS:
        names = "".join(f"{task.id}\n" for task in TASKS if task.split == split)
        yield f"{ROOT}/splits/default/{split}_tasks.txt", names.encode()
    for task in TASKS:
        content = task_file(seed, task, TEST_INSTANCES if task.split == "test" else instances)
        yield f"{ROOT}/tasks/{task.id}.json", json.dumps(content, indent=4, ensure_ascii=False).encode()


def task_file(seed: int, task: TextTask, instances: int) -> dict:
    """A task in the native schema: output of an instance is a list of references, that of an example a string."""
    pairs = draw_pairs(seed, task, EXAMPLES + instances)
    return {
        "Contributors": ["MULTIINSTRUCT workflow, miniature world"],
        "Source": ["miniature"],
        "URL": ["https://example.org/miniature"],
        "Categories": [task.category],
        "Reasoning": list(task.reasoning),
        "Definition": task.definition if task.plain_definition else [task.definition],
        "Input_language": ["English"],
        "Output_language": [task.output_language],
        "Instruction_language": ["English"],
        "Domains": [task.domain],
        "Positive Examples": [positive_example(task, pair) for pair in pairs[1:EXAMPLES]],
        "Negative Examples": [negative_example(task, pairs)],
        "Instances": [
            {"id": instance_id(seed, task, i), "input": text, "output": list(outputs)}
            for i, (text, outputs) in enumerate(pairs[EXAMPLES:])
        ],
        "Instance License": ["Apache 2.0"],
    }


def draw_pairs(seed: int, task: TextTask, count: int) -> list[Drawn]:
    """The examples (the negative one first), then the instances.

    Instances go through the task's answers in rounds, each in an order of its own. Inputs differ as far as possible.
    """
    pairs: list[Drawn] = []
    seen: set[str] = set()
    for place in range(-EXAMPLES, count - EXAMPLES):
        turn, position = divmod(place, len(task.answers))
        answers = Draw(seed, f"miniature/{task.id}", f"turn {turn}").shuffled(task.answers, purpose="answers")
        draw = Draw(seed, f"miniature/{task.id}", str(place))
        for attempt in range(TRIES):
            pair = task.make(draw.generator(f"input {attempt}"), answers[position])
            if pair[0] not in seen:
                break
        seen.add(pair[0])
        pairs.append(pair)
    return pairs


def positive_example(task: TextTask, pair: Drawn) -> dict[str, str]:
    text, outputs = pair
    return {"input": text, "output": outputs[0], "explanation": task.why.format(output=outputs[0])}


def negative_example(task: TextTask, pairs: list[Drawn]) -> dict[str, str]:
    """The first pair with an output that is right for another input and wrong for this one."""
    text, outputs = pairs[0]
    wrong = next(others[0] for _, others in reversed(pairs) if others[0] not in outputs)
    return {"input": text, "output": wrong, "explanation": f"This is wrong. {task.why.format(output=outputs[0])}"}


def instance_id(seed: int, task: TextTask, place: int) -> str:
    """Like the original's: the task's number and 32 hexadecimal digits."""
    halves = (keyed_number(seed, "miniature", task.id, place, half) for half in (0, 1))
    return f"task{task.number}-" + "".join(f"{half:016x}" for half in halves)
