#!/usr/bin/env python3
"""Writes the stubs of the classes that the catalogue makes: mvmr/representations.pyi and mvmr/__init__.pyi.

With --check nothing is written; a stub that would change is an error.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "mvmr"
sys.path.insert(0, str(PACKAGE.parent))

import mvmr  # noqa: E402
from mvmr._catalogue import entries  # noqa: E402

HEAD = "# Written by tools/stubs.py from the catalogue of the library; do not edit.\n"
TYPES = {"int": "int", "float": "float", "bool": "bool", "text": "str"}


def setting_type(setting: dict) -> str:
    if setting["type"] == "choice":
        return f"Literal[{', '.join(quoted(choice) for choice in setting['choices'])}]"
    return TYPES[setting["type"]]


def quoted(value: object) -> str:
    return '"' + value + '"' if isinstance(value, str) else repr(value)


def representations() -> str:
    lines = [HEAD]
    lines.append("from typing import Any, ClassVar, Literal, Optional, Tuple, Union\n")
    lines.append("from ._representation import Representation as Representation\n")
    for entry in entries():
        lines.append(f"class {entry['class']}(Representation):")
        lines.append("    name: ClassVar[str]")
        for setting in entry["settings"]:
            lines.append(f"    {setting['name']}: {setting_type(setting)}")
        lines.append("    def __init__(")
        lines.append("        self,")
        lines.append("        *,")
        for setting in entry["settings"]:
            lines.append(f"        {setting['name']}: {setting_type(setting)} = ...,")
        lines.append("        image_shape: Optional[Tuple[int, ...]] = ...,")
        lines.append("        threads: Optional[int] = ...,")
        lines.append("    ) -> None: ...")
        lines.append("")
    lines.append("def create(name: str, **settings: Any) -> Representation: ...")
    text = "\n".join(lines) + "\n"
    return text if "Union[" in text else text.replace(", Tuple, Union", ", Tuple")


def function(name: str, signature: inspect.Signature) -> str:
    parameters, named = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not named:
            parameters.append("*")
            named = True
        default = "" if parameter.default is parameter.empty else " = ..."
        parameters.append(f"{parameter.name}: {parameter.annotation}{default}")
    inner = "".join(f"    {parameter},\n" for parameter in parameters)
    return f"def {name}(\n{inner}) -> Any: ..."


def package() -> str:
    lines = [HEAD]
    lines.append("from . import numpy as numpy")
    lines.append("from . import representations as representations")
    lines.append("from . import sklearn as sklearn")
    lines.append("from . import torch as torch")
    lines.insert(1, "from typing import Any, Optional, Tuple\n")
    functions = []
    for name, place in sorted(mvmr._PLACES.items()):
        signature = None if place == "torch" else getattr(getattr(mvmr, name), "__signature__", None)
        if signature is None:
            lines.append(f"from .{place} import {name} as {name}")
        else:  # a signature that is taken from elsewhere as the module is imported
            functions += ["", function(name, signature)]
    for entry in entries():
        name = entry["class"]
        lines.append(f"from .representations import {name} as {name}")
    lines += [*functions, "", "__version__: str"]
    return "\n".join(lines) + "\n"


def main() -> int:
    stubs = {PACKAGE / "representations.pyi": representations(), PACKAGE / "__init__.pyi": package()}
    stale = [path for path, text in stubs.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path}: is not what the catalogue says: run {Path(__file__).name}", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(stubs[path])
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
