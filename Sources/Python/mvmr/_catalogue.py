"""The catalogue of the library as Python classes: parameters, ranges and docstrings come from it alone."""

from __future__ import annotations

import textwrap
from typing import Any, Dict, List, Type

from . import _library
from ._representation import Representation

_TYPES = {"int": "int", "float": "float", "bool": "bool", "text": "str"}


def entries() -> List[Dict[str, Any]]:
    """The representations of the library, each with all its settings."""
    lib = _library.library()
    found = lib.json(lib.catalogue)
    shared = found.get("shared_settings", [])
    for entry in found["representations"]:
        entry["settings"] = entry["settings"] + shared
    return list(found["representations"])


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def setting_type(setting: Dict[str, Any]) -> str:
    """The type of a setting as NumPy's docstrings say it."""
    if setting["type"] == "choice":
        return "{" + ", ".join(repr(choice) for choice in setting["choices"]) + "}"
    return _TYPES[setting["type"]]


def docstring(entry: Dict[str, Any]) -> str:
    """The docstring of a representation's class, in NumPy's style."""
    lines = [_sentence(entry["summary"]), ""]
    description = entry.get("description", "")
    if description and description != entry["summary"]:
        for paragraph in description.split("\n\n"):
            lines += [paragraph if paragraph.startswith("    ") else _wrapped(paragraph.replace("\n", " "), ""), ""]
    lines += ["Parameters", "----------"]
    for setting in entry["settings"]:
        accepted = "" if setting["type"] in ("choice", "bool") else f" ({setting['accepts']})"
        lines.append(f"{setting['name']} : {setting_type(setting)}, default {setting['default']!r}")
        lines.append(_wrapped(f"{_sentence(setting['help'])[:-1]}{accepted}.", "    "))
    lines += [
        "image_shape : tuple of int, optional",
        "    (height, width) or (height, width, channels) of images that `transform` gets as rows of a matrix.",
        "threads : int, optional",
        "    How many threads to use; None for every processor.",
        "",
        "Notes",
        "-----",
        _wrapped(_pixels(entry), ""),
    ]
    if entry.get("reference"):
        lines += ["", "References", "----------", _wrapped(entry["reference"], "")]
    return "\n".join(lines) + "\n"


def _pixels(entry: Dict[str, Any]) -> str:
    if not entry["takes_float"]:
        return "Takes 8-bit pixels alone."
    if entry.get("float_range") == "unit":
        return "Takes 8-bit pixels, and floats in 0...1, which are rounded to bytes."
    return "Takes 8-bit pixels, and floats of any range, which are used as they are."


def make_class(entry: Dict[str, Any], module: str) -> Type[Representation]:
    """The class of an entry. Its constructor has a real signature, so that tools and errors show it."""
    settings = [setting["name"] for setting in entry["settings"]]
    defaults = {f"_{setting['name']}": setting["default"] for setting in entry["settings"]}
    signature = ", ".join(f"{name}=_{name}" for name in settings)
    lines = [f"def __init__(self, *, {signature}, image_shape=None, threads=None):"]
    lines += [f"    self.{name} = {name}" for name in (*settings, "image_shape", "threads")]
    namespace: Dict[str, Any] = dict(defaults)
    exec("\n".join(lines), namespace)
    name = str(entry["class"])
    constructor = namespace["__init__"]
    constructor.__qualname__ = f"{name}.__init__"
    constructor.__module__ = module
    members = {
        "__init__": constructor,
        "__doc__": docstring(entry),
        "__module__": module,
        "name": entry["name"],
        "_settings": tuple(settings),
    }
    return type(name, (Representation,), members)
