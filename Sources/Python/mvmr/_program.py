"""The command `mvmr` from Python: in a wheel it is part of the package."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Dict, NoReturn

_PACKAGE = Path(__file__).resolve().parent


def program() -> str:
    """The path of the program `mvmr`: as said, of the wheel, of this repository's build, of the system."""
    named = os.environ.get("MVMR_PROGRAM")
    if named:
        return named
    places = [_PACKAGE / "bin" / "mvmr"]
    if len(_PACKAGE.parents) > 2 and (_PACKAGE.parents[2] / "Package.swift").exists():
        places.append(_PACKAGE.parents[2] / ".build" / "release" / "mvmr")
    for place in places:
        if place.is_file():
            return str(place)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("mvmr", path=folder) if folder else None
        if found and _is_program(found):
            return found
    raise FileNotFoundError(
        "the program mvmr is not there: install mvmr as a wheel, or name it in the environment variable MVMR_PROGRAM"
    )


def _is_program(path: str) -> bool:
    """Whether it is the program itself, not the script of this package, which asks here."""
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def environment() -> Dict[str, str]:
    """The environment for the program: it trains on the PyTorch that this interpreter has, unless another is named."""
    named = dict(os.environ)
    own = _PACKAGE / "bin"
    if own.is_dir() and not os.path.exists("/proc/self/exe"):
        # There the loader finds out where the program is, from which its libraries are named, unless it is told.
        named.setdefault("LD_ORIGIN_PATH", str(own))
    # Looks for the package without importing it.
    found = importlib.util.find_spec("torch")
    if found is not None and found.origin is not None:
        named.setdefault("MVMR_TORCH", os.path.dirname(found.origin))
    return named


def main() -> NoReturn:
    """Runs the program in the place of this process: what the command `mvmr` of the package is."""
    try:
        path = program()
    except FileNotFoundError as error:
        print(f"mvmr: {error}", file=sys.stderr)
        raise SystemExit(69) from None
    os.execve(path, [path, *sys.argv[1:]], environment())
