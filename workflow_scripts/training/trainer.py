"""Tuning OFA with transformers' Seq2SeqTrainer."""

import functools
import json
import math
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PrinterCallback, Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.batches import Pictures
from workflow_scripts.models.ofa.building import save
from workflow_scripts.models.ofa.checkpoints import load
from workflow_scripts.pictures import roots
from workflow_scripts.progress import say
from workflow_scripts.training.data import LengthBuckets, Shards, collate
from workflow_scripts.training.optimizer import FairseqAdam


@dataclass(frozen=True)
class Settings:
    """How to tune; the config's section `training`, where each value is explained."""

    epochs: float
    batch_size: int
    learning_rate: float
    warmup_share: float
    weight_decay: float
    label_smoothing: float
    dropout: float
    max_grad_norm: float
    log_every: int
    image_size: int
    seed: int
    threads: int


class OFATrainer(Seq2SeqTrainer):
    """Seq2SeqTrainer with batches of about one length, and OFA's Adam: weight decay on all parameters."""

    def create_optimizer(self, model=None) -> FairseqAdam:
        if self.optimizer is None:
            parameters = [p for p in (model or self.model).parameters() if p.requires_grad]
            betas = (self.args.adam_beta1, self.args.adam_beta2)
            self.optimizer = FairseqAdam(
                parameters, self.args.learning_rate, betas, self.args.adam_epsilon, self.args.weight_decay
            )
        return self.optimizer

    def _get_train_sampler(self, train_dataset=None) -> LengthBuckets:
        return LengthBuckets(self.train_dataset, self.args.train_batch_size, self.args.seed)


class Log(TrainerCallback):
    """Keeps what the trainer logs, says it in a line with the time left, and stops at a loss that is no number."""

    def __init__(self, examples_per_step: int):
        self.rows: list[dict] = []
        self._per_step, self._started = examples_per_step, time.monotonic()

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "train_runtime" in logs:
            return
        seconds = time.monotonic() - self._started
        row = {"step": state.global_step} | {k: round(v, 6) for k, v in logs.items() if isinstance(v, int | float)}
        if "loss" in row:
            row["examples_per_second"] = round(state.global_step * self._per_step / seconds, 1)
            left = seconds / max(state.global_step, 1) * (state.max_steps - state.global_step)
            say(
                f"step {state.global_step}/{state.max_steps}  loss {row['loss']:.3f}  "
                f"{row['examples_per_second']:.0f} examples/s  {left:.0f} s left"
            )
            if not math.isfinite(row["loss"]):
                fix = "lower training.learning_rate, or look at the data of the last steps"
                raise BadData(f"the loss is {row['loss']} at step {state.global_step}", fix=fix)
        self.rows.append(row)


def tune(
    base: Path,
    *,
    shards: Sequence[Path],
    validation: Sequence[Path],
    manifests: Sequence[Path],
    folder: Path,
    settings: Settings,
) -> dict[str, float]:
    """Tune the model in folder `base` and write the result and log.jsonl to `folder`; returns the last figures."""
    torch.set_num_threads(settings.threads)
    keep_freed_memory()
    data, held_out = Shards(shards, settings.seed), Shards(validation, settings.seed)
    if not len(data):
        raise BadData("no training instances", file=shards[0], fix="raise instances.max_train, or give more data")
    model = load(base)
    model.config.label_smoothing = settings.label_smoothing
    model.config.dropout = settings.dropout
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = settings.dropout
    log = Log(settings.batch_size)
    with tempfile.TemporaryDirectory() as work:
        trainer = OFATrainer(
            model=model,
            args=_arguments(settings, len(data), Path(work), evaluate=len(held_out) > 0),
            train_dataset=data,
            eval_dataset=held_out if len(held_out) else None,
            data_collator=functools.partial(collate, pictures=Pictures(roots(manifests), settings.image_size)),
            callbacks=[log],
        )
        trainer.remove_callback(PrinterCallback)
        result = trainer.train()
    save(model, folder)
    last = {
        "steps": result.global_step,
        "loss": result.training_loss,
        "examples_per_second": result.metrics["train_samples_per_second"],
        "train_runtime": result.metrics["train_runtime"],
        "examples": len(data),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    write_text(folder / "log.jsonl", "".join(json.dumps(row) + "\n" for row in [*log.rows, last]))
    return last


def _arguments(settings: Settings, instances: int, work: Path, *, evaluate: bool) -> Seq2SeqTrainingArguments:
    steps = math.ceil(instances / settings.batch_size) * settings.epochs
    return Seq2SeqTrainingArguments(
        output_dir=str(work),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=round(steps * settings.warmup_share),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        logging_steps=settings.log_every,
        logging_first_step=True,
        eval_strategy="epoch" if evaluate else "no",
        prediction_loss_only=True,
        save_strategy="no",
        report_to=[],
        seed=settings.seed,
        data_seed=settings.seed,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        disable_tqdm=True,
        log_level="error",
    )
