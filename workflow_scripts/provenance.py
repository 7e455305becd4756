"""Which code a result depends on: digests of import closures.

Snakemake notices neither an edited module nor an edited template. Every rule carries such a digest in its params, and
the memo (memo.py) holds it in its keys. Comments, formatting and docstrings do not count; an `import` inside a function
does. Modules that are looked up by name (a task, a dataset) are added to their stage by `stage_modules`.
"""

import ast
import contextlib
import functools
import hashlib
import importlib.metadata
import json
import sys
from pathlib import Path

from workflow_scripts.files import sha256, write_text

PACKAGE = "workflow_scripts"
ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("pyarrow", "tokenizers", "torch", "transformers", "pillow", "taming-transformers", "rouge-score")


def module_file(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@functools.cache
def _parsed(path: Path) -> tuple[frozenset[str], str]:
    """Names of ours that a module imports, and the digest of its code without docstrings.

    Kept beside the module's byte code under the digest of its text, because every job of a run asks for all of them.
    """
    text = path.read_bytes()
    of = hashlib.sha256(text + _own_text()).hexdigest()
    kept = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.digest.json"
    with contextlib.suppress(OSError, ValueError, KeyError):  # there is none yet, or it is of an interrupted machine
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found["of"] == of:
            return frozenset(found["imports"]), found["code"]
    imports, code = _parse(path, text)
    with contextlib.suppress(OSError):  # the package lies where this user may not write: parsed again next time
        write_text(kept, json.dumps({"of": of, "imports": sorted(imports), "code": code}))
    return imports, code


@functools.cache
def _own_text() -> bytes:
    return Path(__file__).read_bytes()


def _parse(path: Path, text: bytes) -> tuple[frozenset[str], str]:
    tree = ast.parse(text)
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ImportError(f"{path}: relative imports are not followed; write the full name")
            imported.add(node.module)
            imported.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            del node.body[0]
    ours = frozenset(name for name in imported if name.split(".")[0] == PACKAGE)
    return ours, hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def closure(*modules: str) -> dict[str, Path]:
    """Every module of this package that the given ones import, directly or not: {module: file}."""
    seen: dict[str, Path] = {}
    todo = list(modules)
    while todo:
        module = todo.pop()
        path = module_file(module)
        if module in seen or path is None:
            continue
        seen[module] = path
        if "." in module:
            todo.append(module.rpartition(".")[0])
        todo.extend(_parsed(path)[0])
    return seen


def code_digest(*modules: str) -> str:
    """Digest of the code of the modules' import closure, 16 hexadecimal digits."""
    if missing := [m for m in modules if module_file(m) is None]:
        raise ModuleNotFoundError(f"no such module: {', '.join(missing)}")
    code = {module: _parsed(path)[1] for module, path in closure(*modules).items()}
    return digest_of(code)


def files_digest(room: str, *patterns: str) -> str:
    """Digest of a room's files that are no code."""
    files = sorted(path for pattern in patterns for path in (ROOT / PACKAGE / room).glob(pattern))
    return digest_of({path.name: sha256(path) for path in files})


def digest_of(value: object) -> str:
    """Digest of a value that JSON can hold, 16 hexadecimal digits."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def stage_modules(
    stage: str, *, task: str | None = None, dataset: str | None = None, part: str | None = None
) -> list[str]:
    """A stage's own module and those it looks up by name."""
    modules = [f"{PACKAGE}.stages.{stage}"]
    if dataset is not None:
        modules.append(f"{PACKAGE}.datasets.{dataset}")
    if part is not None:
        modules.append(f"{PACKAGE}.miniature.{part}")
    if task is not None:
        [path] = (ROOT / PACKAGE / "tasks").glob(f"*/{task}.py")
        modules.append(f"{PACKAGE}.tasks.{path.parent.name}.{task}")
    return modules


@functools.cache
def stage_digest(stage: str, *, task: str | None = None, dataset: str | None = None, part: str | None = None) -> str:
    """What Snakemake keeps in a rule's params and the memo in its keys: code and libraries."""
    return digest_of([code_digest(*stage_modules(stage, task=task, dataset=dataset, part=part)), library_versions()])


_made_by: dict[str, object] = {}


def note(**made_by: object) -> None:
    """Remember what this process is: every table that it writes says so."""
    _made_by.update(made_by)


def made_by() -> dict[str, object]:
    """What `note` was told: stage, code, settings, libraries; nothing outside a stage."""
    return dict(_made_by)


@functools.cache
def library_versions() -> dict[str, str]:
    """Versions of what can change a result's bytes, Python's first; a stage's own environment may lack some."""
    versions = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for name in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions
