"""Tuning OFA with transformers' Seq2SeqTrainer."""

import functools
import json
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.memory import keep_freed_memory
from workflow_scripts.models.batches import Pictures
from workflow_scripts.models.ofa.building import save
from workflow_scripts.models.ofa.checkpoints import filled, read
from workflow_scripts.models.ofa.modeling import IGNORE
from workflow_scripts.models.ofa.sources import read_json
from workflow_scripts.pictures import roots
from workflow_scripts.randomness import keyed_number
from workflow_scripts.training import adapters, processes
from workflow_scripts.training.batches import Batches
from workflow_scripts.training.checkpoints import Checkpoints, needing_space
from workflow_scripts.training.data import Shards, collate, unpack
from workflow_scripts.training.monitor import Monitor
from workflow_scripts.training.normalisation import share_statistics
from workflow_scripts.training.optimizer import FairseqAdam

PATCH = 16  # pixels along a side


@dataclass(frozen=True)
class Settings:
    """How to tune; the config's section `training`, where each value is explained."""

    epochs: int
    batch_size: int
    max_tokens: int | None
    accumulation: int
    learning_rate: float
    schedule: str
    warmup_share: float
    weight_decay: float
    label_smoothing: float
    dropout: float
    max_grad_norm: float
    bf16: bool | Literal["auto"]
    freeze_image_encoder: bool
    gradient_checkpointing: bool
    compile: bool
    fsdp: bool
    workers: int
    save_every: int
    keep_checkpoints: int
    log_every: int
    image_size: int
    prompts: str
    instructions: int
    adapter: dict | None
    seed: int
    threads: int


@dataclass(frozen=True)
class TrainingData:
    """What all seeds of a variant are tuned on."""

    train: Path  # as data.unpack writes it
    held_out: Path
    pictures: Pictures

    @classmethod
    def unpacked(
        cls, shards: Sequence[Path], validation: Sequence[Path], manifests: Sequence[Path], bases: Sequence[Path],
        folder: Path, settings: Mapping,
    ) -> "TrainingData":  # fmt: skip
        """Unpack the shards to a folder. bases: of the models to tune, whose vocabulary must hold all token ids."""
        data = cls(
            folder / "train.arrow",
            folder / "held_out.arrow",
            Pictures(roots(manifests), settings["image_size"], keep_bytes=(1 << 30) // max(settings["workers"], 1)),
        )
        if processes.rank() == 0:
            vocabulary = min(read_json(base / "config.json").get("vocab_size", 0) for base in bases)
            with needing_space(folder):
                unpack(shards, data.train, vocabulary=vocabulary)
                unpack(validation, data.held_out, vocabulary=vocabulary)
        processes.wait()
        return data


class OFATrainer(Seq2SeqTrainer):
    """Seq2SeqTrainer with batches of our own making, OFA's Adam, whole checkpoints, and a stop at what is no number.

    It sees all epochs as one. batches, held_out_batches: which instances this process computes.
    """

    def __init__(self, *, batches: Batches, held_out_batches: Batches | None, checkpoints: Checkpoints, **kwargs):
        super().__init__(**kwargs)
        self._batches, self._held_out, self._checkpoints = batches, held_out_batches, checkpoints
        self._seen = torch.zeros(2, dtype=torch.float64)  # examples and tokens of this process
        self._current: list[str] = []

    # Data

    def get_train_dataloader(self) -> DataLoader:
        return self._loader(self.train_dataset, self._batches)

    def get_eval_dataloader(self, eval_dataset=None) -> DataLoader:
        return self._loader(self.eval_dataset, self._held_out)

    def _loader(self, data: Shards, batches: Batches) -> DataLoader:
        workers = self.args.dataloader_num_workers
        return DataLoader(
            data, batch_sampler=batches, collate_fn=self.data_collator, num_workers=workers,
            persistent_workers=workers > 0, pin_memory=self.args.dataloader_pin_memory,
        )  # fmt: skip

    # Steps

    def create_optimizer(self, model=None) -> FairseqAdam:
        if self.optimizer is None:
            parameters = [p for p in (model or self.model).parameters() if p.requires_grad]
            betas = (self.args.adam_beta1, self.args.adam_beta2)
            self.optimizer = FairseqAdam(
                parameters, self.args.learning_rate, betas, self.args.adam_epsilon, self.args.weight_decay
            )
        return self.optimizer

    def training_step(self, model, inputs, num_items_in_batch=None) -> torch.Tensor:
        self._current, tokens = inputs.pop("instance_ids"), inputs.pop("tokens")
        self._seen += torch.tensor([len(self._current), tokens])
        loss = super().training_step(model, inputs, num_items_in_batch)
        self._must_be_finite("loss", loss)
        return loss

    def _clip_grad_norm(self, model):
        norm = super()._clip_grad_norm(model)
        self._must_be_finite("norm of the gradient", norm)
        return norm

    def _must_be_finite(self, what: str, value: torch.Tensor) -> None:
        """Before the update, so that the model is still the one from before."""
        if not torch.isfinite(value):
            raise BadData(
                f"the {what} is {float(value)} in step {self.state.global_step + 1}; training stops before its update",
                record=", ".join(self._current),
                fix="look at these instances, the batch of this process, and lower training.learning_rate",
            )

    # What is logged, held out, and kept

    def log(self, logs, start_time=None) -> None:
        if "loss" in logs:
            examples, tokens = self.accelerator.reduce(self._seen.to(self.args.device)).tolist()
            logs = logs | {"examples": examples, "tokens": tokens}
        super().log(logs)

    def evaluate(self, eval_dataset=None, ignore_keys=None, metric_key_prefix="eval") -> dict[str, float]:
        """Loss per target token of all that is held out, however it is shared out over batches and processes."""
        self.model.eval()
        sums = torch.zeros(2, dtype=torch.float64, device=self.args.device)
        for batch in self.get_eval_dataloader():
            tensors = self._prepare_inputs({k: v for k, v in batch.items() if isinstance(v, torch.Tensor)})
            with torch.no_grad():
                loss = self.model(**tensors, num_items_in_batch=1).loss
            sums += torch.stack([loss.double(), tensors["labels"].ne(IGNORE).sum().double()])
        total, count = self.accelerator.reduce(sums).tolist()
        self.log({"eval_loss": total / count})
        return {"eval_loss": total / count}

    def _get_output_dir(self, trial=None) -> str:
        return str(self._checkpoints.making)

    def _save_checkpoint(self, model, trial=None) -> None:
        with self._checkpoints.whole(f"checkpoint-{self.state.global_step}"):
            super()._save_checkpoint(model, trial)


class Turns(TrainerCallback):
    """When an epoch is over what is held out is looked at; what is saved is logged before."""

    def __init__(self, ends: Sequence[int]):
        self._ends = frozenset(ends)

    def on_step_end(self, args, state, control, **kwargs):
        last = state.global_step == state.max_steps
        control.should_evaluate = args.do_eval and state.global_step in self._ends
        control.should_save = control.should_save and not last  # the model itself follows
        control.should_log = control.should_log or control.should_save or last

    def on_epoch_end(self, args, state, control, **kwargs):
        control.should_evaluate = control.should_save = control.should_log = False  # done at the last step


def tune(
    base: Path, *, data: TrainingData, checkpoints: Checkpoints, folder: Path, curves: Path | None, settings: Settings
) -> dict[str, float]:
    """Tune the model in folder `base` and write the result and log.jsonl to `folder`; returns the last figures.

    It goes on from the last of the checkpoints. curves: where TensorBoard's go. An adapter's files lie in adapter/.
    """
    torch.set_num_threads(settings.threads)
    keep_freed_memory()
    how = {"seed": settings.seed, "prompts": settings.prompts, "instructions": settings.instructions}
    train, held_out = Shards(data.train, **how), Shards(data.held_out, **how)
    if not len(train):
        raise BadData("no training instances", file=folder, fix="raise instances.max_train, or give more data")
    resumed = checkpoints.latest()
    batches = _batches(train, settings, epochs=settings.epochs)
    args = _arguments(settings, checkpoints.folder, updates=batches.ends[-1], evaluate=len(held_out) > 0)
    with needing_space(checkpoints.folder):
        trainer = OFATrainer(
            model=_model(base, settings),
            args=args,
            batches=batches,
            held_out_batches=_batches(held_out, settings, epochs=1) if args.do_eval else None,
            checkpoints=checkpoints,
            train_dataset=train,
            eval_dataset=held_out if args.do_eval else None,
            data_collator=functools.partial(collate, pictures=data.pictures),
            callbacks=[Turns(batches.ends)],
        )
        trainer.remove_callback(PrinterCallback)
        monitor = Monitor(f"seed {settings.seed}", checkpoints.log, curves, batches.epoch)
        if processes.rank() == 0:
            trainer.add_callback(monitor)
        torch.manual_seed(keyed_number(settings.seed, "dropout", processes.rank()) % 2**63)
        result = trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    tuned = _whole(trainer, settings)
    if processes.rank() > 0:
        return {}
    last = {"steps": result.global_step, **monitor.summary(), "peak_memory_mb": _peak_memory()}
    with needing_space(folder):
        if settings.adapter:
            adapters.save_adapter(tuned, folder / "adapter")
            tuned = adapters.merged(tuned)
        save(tuned, folder)
        write_text(folder / "log.jsonl", "".join(json.dumps(row) + "\n" for row in [*monitor.rows, last]))
    return last


def _batches(data: Shards, settings: Settings, *, epochs: int) -> Batches:
    return Batches(
        data,
        batch_size=settings.batch_size,
        max_tokens=settings.max_tokens,
        patches=(settings.image_size // PATCH) ** 2,
        epochs=epochs,
        seed=settings.seed,
        parts=settings.accumulation,
        processes=processes.count(),
        process=processes.rank(),
    )


def _model(base: Path, settings: Settings) -> torch.nn.Module:
    config, tensors, file = read(base)
    config.label_smoothing, config.dropout = settings.label_smoothing, settings.dropout
    frozen = config.freeze_resnet
    if settings.adapter or settings.freeze_image_encoder:  # an adapter leaves all else as it is
        config.freeze_resnet = True
    model = filled(config, tensors, file)
    config.freeze_resnet = frozen  # of the model that is saved
    if settings.freeze_image_encoder:
        model.encoder.embed_images.requires_grad_(False)
    model.set_input_embeddings(model.get_input_embeddings())  # one module, too, where FSDP looks for it
    share_statistics(model)
    return adapters.adapted(model, **settings.adapter, seed=settings.seed) if settings.adapter else model


def _whole(trainer: OFATrainer, settings: Settings) -> torch.nn.Module | None:
    """The tuned model; of one whose weights lie on several processes a copy, on the first of them."""
    if not trainer.is_fsdp_enabled:
        return trainer.model
    tensors = trainer.accelerator.get_state_dict(trainer.model)
    return filled(trainer.model.config, tensors, Path("the tuned model")) if processes.rank() == 0 else None


def _peak_memory() -> int:
    """Of this process, and of its GPU where there is one: the larger. MB."""
    here = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return max(here, torch.cuda.max_memory_allocated() >> 20 if torch.cuda.is_available() else 0)


def _arguments(settings: Settings, folder: Path, *, updates: int, evaluate: bool) -> Seq2SeqTrainingArguments:
    gpu = torch.cuda.is_available()
    # Of frozen weights, to which an adapter is added, there is nothing to gain.
    sharded = settings.fsdp and processes.count() > 1 and not settings.adapter
    return Seq2SeqTrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulation,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=round(updates * settings.warmup_share),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        bf16=gpu and torch.cuda.is_bf16_supported() if settings.bf16 == "auto" else settings.bf16,
        activation_checkpointing=settings.gradient_checkpointing and not sharded,
        activation_checkpointing_kwargs={"use_reentrant": False},
        torch_compile=settings.compile,
        fsdp=sharded,
        fsdp_config={"activation_checkpointing": settings.gradient_checkpointing} if sharded else None,
        ddp_find_unused_parameters=True,  # text leaves the image encoder out
        ddp_broadcast_buffers=False,  # BatchNorm's are equal
        use_cpu=not gpu,
        logging_steps=settings.log_every,
        logging_first_step=True,
        logging_nan_inf_filter=False,
        do_eval=evaluate,
        save_strategy="steps",
        save_steps=settings.save_every,
        report_to=[],
        seed=settings.seed,
        remove_unused_columns=False,
        dataloader_num_workers=settings.workers,
        dataloader_pin_memory=gpu,
        disable_tqdm=True,
        log_level="error",
    )
