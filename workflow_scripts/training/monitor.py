"""What one sees of a run: progress, TensorBoard's curves, a JSON line a logged step."""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter
from transformers import TrainerCallback

from workflow_scripts.files import write_text
from workflow_scripts.progress import Progress

SEEN = ("examples", "tokens")  # by all processes, from the first step on


class Monitor(TrainerCallback):
    """Writes down what the trainer logs, as it goes. Row fields: step, epoch and seconds, and what was logged.

    file: of the JSON lines; those that it has up to the step from which training goes on stay. curves: a folder for
    TensorBoard. epoch: how many epochs a number of steps is. Exists on the first process alone.
    """

    def __init__(self, title: str, file: Path, curves: Path | None, epoch: Callable[[int], float]):
        self._title, self._file, self._curves, self._epoch = title, file, curves, epoch
        self.rows: list[dict] = []

    def on_train_begin(self, args, state, control, **kwargs):
        lines = self._file.read_text().splitlines() if self._file.is_file() and state.global_step else []
        self.rows = [row for row in map(json.loads, lines) if row["step"] <= state.global_step]
        write_text(self._file, "".join(json.dumps(row) + "\n" for row in self.rows))
        self._started = time.monotonic() - self._done("seconds")
        self._before = {name: self._done(name) for name in SEEN}
        self._window = {"seconds": self._done("seconds"), **self._before}
        self._progress = Progress(self._title, unit="steps", total=state.max_steps)
        bar = self._progress
        bar.initial = bar.n = bar.last_print_n = state.global_step  # what was done before has no part in the rate
        if self._curves and not state.global_step:
            shutil.rmtree(self._curves, ignore_errors=True)
        self._writer = SummaryWriter(str(self._curves), purge_step=state.global_step + 1) if self._curves else None

    def on_step_end(self, args, state, control, **kwargs):
        self._progress.update()

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "train_runtime" in logs:
            return
        values = {name: float(f"{value:.6g}") for name, value in logs.items() if name not in ("epoch", *SEEN)}
        row = {"step": state.global_step, "epoch": round(self._epoch(state.global_step), 4)} | values
        row["seconds"] = round(self.seconds, 2)
        if "loss" in row:
            row |= self._speed(logs, row["seconds"])
            speed = f"{row['examples_per_second']:.0f} examples/s, {row['tokens_per_second']:.0f} tokens/s"
            self._progress.set_postfix_str(f"loss {row['loss']:.3f}, {speed}", refresh=False)
        self._window["seconds"] = row["seconds"]
        self.rows.append(row)
        with open(self._file, "a") as lines:
            lines.write(json.dumps(row) + "\n")
        if self._writer:
            for name in row.keys() - {"step", "seconds", *SEEN}:
                self._writer.add_scalar(name, row[name], state.global_step)
            self._writer.flush()

    def _speed(self, logs: Mapping, seconds: float) -> dict[str, float]:
        """What was seen so far, and how much of it a second since the last line."""
        found = {name: round(self._before[name] + logs[name]) for name in SEEN}
        passed = max(seconds - self._window["seconds"], 0.01)
        for name in SEEN:
            found[f"{name}_per_second"] = round((found[name] - self._window[name]) / passed, 1)
            self._window[name] = found[name]
        return found

    def on_train_end(self, args, state, control, **kwargs):
        self._progress.close()
        if self._writer:
            self._writer.close()

    @property
    def seconds(self) -> float:
        """Spent on training, also before it was interrupted."""
        return time.monotonic() - self._started

    def summary(self) -> dict[str, float]:
        """Of all steps: loss, what was seen, how much of it a second, seconds."""
        steps, total, seconds = 0, 0.0, round(self.seconds, 2)
        for row in self.rows:
            if "loss" in row:
                steps, total = row["step"], total + row["loss"] * (row["step"] - steps)
        seen = {name: self._done(name) for name in SEEN}
        speed = {f"{name}_per_second": round(seen[name] / seconds, 1) for name in SEEN}
        return {"loss": round(total / steps, 6), **seen, **speed, "train_runtime": seconds}

    def _done(self, name: str) -> float:
        """The last that a row says."""
        return next((row[name] for row in reversed(self.rows) if name in row), 0)
