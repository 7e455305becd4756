"""How every stage starts: its arguments from main's signature, the memo, clear errors, one line of summary.

A stage is a module with one function `main` of keyword arguments, annotated with

    In, list[In]     files it reads: their content is part of the memo's key
    Out, list[Out]   files it writes
    Place            a folder it looks into; not part of the key
    dict             settings, given as JSON
    int, str, float  plain values (also with `| None`)

and imports what is heavy inside main, so that an answer from the memo costs no import of torch. main returns a short
text that says what it did.
"""

import argparse
import inspect
import json
import os
import sys
import threading
import time
import types
import typing
from collections.abc import Callable
from pathlib import Path

from workflow_scripts.errors import BadInput
from workflow_scripts.memo import Memo
from workflow_scripts.progress import say
from workflow_scripts.provenance import library_versions, note, stage_digest
from workflow_scripts.schemas import content_digest

In = typing.Annotated[Path, "in"]
Out = typing.Annotated[Path, "out"]
Place = typing.Annotated[Path, "place"]


RUN = "MULTIINSTRUCT_RUN"  # process id of the Snakemake that started this job; not set where a stage is run by hand
WATCH_S = 1.0


def _end_with_run() -> None:
    """End this process soon after its Snakemake is gone: it could overwrite what the next run makes."""

    def watch(run: int) -> None:
        while True:
            time.sleep(WATCH_S)
            try:
                os.kill(run, 0)
            except ProcessLookupError:
                os._exit(1)
            except PermissionError:
                pass  # it lives, under another user

    if run := os.environ.get(RUN):
        threading.Thread(target=watch, args=(int(run),), daemon=True).start()


def run_stage(main: Callable[..., str], *, memo: bool = True) -> None:
    """Run a stage's main with the command line's arguments. Exits with 1 and a message for people on bad input."""
    stage = Path(inspect.getfile(main)).stem
    parser = argparse.ArgumentParser(prog=f"python -m workflow_scripts.stages.{stage}", description=main.__doc__)
    kinds = {}
    for parameter in inspect.signature(main).parameters.values():
        kinds[parameter.name] = _add_argument(parser, parameter)
    values = vars(parser.parse_args())
    _end_with_run()
    settings = {name: values[name] for name, kind in kinds.items() if kind == "setting"}
    code = stage_digest(stage, **{name: values.get(name) for name in ("task", "dataset", "part")})
    note(stage=stage, code=code, settings=settings, libraries=library_versions())
    started = time.monotonic()
    try:
        done = _through_memo(stage, code, settings, main, values, kinds) if memo else main(**values)
    except BadInput as error:
        say(f"\n{stage}: {type(error).__name__}: {error}")
        sys.exit(1)
    say(f"{stage}: {done} ({time.monotonic() - started:.1f} s)")


def _add_argument(parser: argparse.ArgumentParser, parameter: inspect.Parameter) -> str:
    """Adds a parameter to the parser; returns what it is to the memo: in, out, place or setting."""
    hint = parameter.annotation
    many = typing.get_origin(hint) is list
    if many:
        [hint] = typing.get_args(hint)
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        [hint] = [h for h in typing.get_args(hint) if h is not type(None)]
    kind, convert = "setting", hint
    if typing.get_origin(hint) is typing.Annotated:
        convert, kind = typing.get_args(hint)
    elif hint is dict:
        convert = json.loads
    optional = parameter.default is not inspect.Parameter.empty
    name = "--" + parameter.name.replace("_", "-")
    default = parameter.default if optional else None
    parser.add_argument(name, type=convert, nargs="*" if many else None, required=not optional, default=default)
    return kind


def _paths(values: dict, kinds: dict, kind: str) -> dict[str, list[Path]]:
    chosen = {name: values[name] for name in kinds if kinds[name] == kind and values[name] is not None}
    return {name: list(v) if isinstance(v, list | tuple) else [v] for name, v in chosen.items()}


def _through_memo(
    stage: str, code: str, settings: dict, main: Callable[..., str], values: dict, kinds: dict
) -> str:  # fmt: skip
    memo = Memo.from_environment()
    # Paths count too: some stages take a task's or a variant's name from them. In rules they are below results/, so
    # they are the same in every working copy.
    inputs = {name: [f"{p} {_digest(p)}" for p in paths] for name, paths in _paths(values, kinds, "in").items()}
    outputs = [path for paths in _paths(values, kinds, "out").values() for path in paths]
    key = memo.key(stage, code, settings, inputs)
    if memo.fetch(key, outputs):
        return f"taken from the memo, entry {key}"
    done = main(**values)
    memo.store(key, outputs)
    return done


def _digest(path: Path) -> str:
    try:
        return content_digest(path)
    except FileNotFoundError:
        raise BadInput("no such file", file=path, fix="run the stage that makes it") from None
