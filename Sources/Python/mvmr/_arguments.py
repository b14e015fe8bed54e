"""What functions of the library are given: texts, paths, numbers, matrices."""

from __future__ import annotations

import json
import math
import operator
import os
from typing import Any, Optional, Union

import numpy as np

from ._library import MatrixStruct

PathLike = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: The largest number that the library takes.
_LARGEST = 2**63 - 1


def encode_json(values: "dict[str, Any]") -> bytes:
    """A JSON text of named values for the library.

    Raises TypeError for what is neither a number, a text nor a list of these, ValueError for numbers and texts that
    JSON does not have.
    """
    return json.dumps({name: _plain(name, value) for name, value in values.items()}).encode()


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, (list, tuple)):
        return [_plain(name, item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is {value}: give a finite number")
    if isinstance(value, str):
        encode_text(value, name)
    elif value is not None and not isinstance(value, (bool, int, float)):
        raise TypeError(f"{name} is {value!r}: give a number, a text or a list of them")
    return value


def encode_text(text: str, what: str) -> bytes:
    """A text for the library."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{what} {text!r} is not UTF-8: the library takes no other texts and paths") from None
    if b"\0" in encoded:
        raise ValueError(f"{what} {text!r} holds a null character")
    return encoded


def path_text(path: PathLike, what: str = "path") -> str:
    """A path as a text; one of no length is refused, which would stand for this folder."""
    text = os.fsdecode(path)
    if not text:
        raise ValueError(f"{what} is empty: give the path of a file")
    return text


def encode_path(path: PathLike, what: str = "path") -> bytes:
    """A path for the library."""
    return encode_text(path_text(path, what), what)


def whole_number(value: Any, what: str, least: int = 0) -> int:
    """`value` as a whole number that the library can take; nothing is rounded, no text is read."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{what} is {value}: give a whole number")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{what} is {value!r}: give a whole number") from None
    if not least <= number <= _LARGEST:
        raise ValueError(f"{what} is {number}: give {least} to 2^63 - 1")
    return number


def real_number(value: Any, what: str) -> float:
    """`value` as a number of double precision."""
    if isinstance(value, (bool, np.bool_, str, bytes)):
        raise TypeError(f"{what} is {value!r}: give a number")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{what} is {value!r}: give a number") from None


def thread_count(threads: Optional[int]) -> int:
    """`threads` for the library: None and 0 stand for every processor."""
    if threads is None:
        return 0
    if not isinstance(threads, (int, np.integer)) or isinstance(threads, bool):
        raise TypeError(f"threads is {threads!r}: give a whole number, or None for every processor")
    if not 0 <= threads <= 1024:
        raise ValueError(f"threads is {threads}: give 1 to 1024, or None for every processor")
    return int(threads)


def matrix(rows: np.ndarray) -> MatrixStruct:
    """A C-contiguous float32 matrix for the library; the caller keeps the array."""
    return MatrixStruct(rows.__array_interface__["data"][0], rows.shape[0], rows.shape[1], 0)


def address(array: Optional[np.ndarray]) -> Optional[int]:
    """Where an array lies."""
    return None if array is None else array.__array_interface__["data"][0]
