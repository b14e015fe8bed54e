"""Tensors of safetensors files, which checkpoints are: read, never run."""

from __future__ import annotations

import json
import math
import os
from typing import Any, Dict, Tuple

import numpy as np

from ._checksum import crc32c

_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
#: A header beyond this is no header.
_LARGEST_HEADER = 100_000_000


def read_safetensors(path: "str | os.PathLike[str]") -> Tuple[Dict[str, np.ndarray], Dict[str, str]]:
    """The tensors of a file by name, as copies, and the texts of its header.

    Raises ValueError where it is no such file or is cut short, and where a checksum that it says, as files of this
    package do, is another than that of its header or of its values.
    """
    place = os.fspath(path)
    with open(place, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, _LARGEST_HEADER):
            raise ValueError(f"{place} is not a safetensors file: its header is cut short or is none")
        head = file.read(length)
        values = file.read()
    header = json_object(head, f"{place} is not a safetensors file: its header")
    texts = header.pop("__metadata__", {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(f"{place} is not a safetensors file: its __metadata__ is not texts by name")
    _compare(place, head, values, texts)
    tensors = {}
    taken = 0
    for name, entry in header.items():
        tensor = _tensor(place, name, entry, values)
        taken += tensor.nbytes
        if taken > len(values):
            raise ValueError(f"{place}: tensor {name} lies where another does: its header is damaged")
        tensors[name] = tensor.copy()
    return tensors, texts


def json_object(text: "str | bytes", what: str) -> Dict[str, Any]:
    """An object of JSON; raises ValueError, which begins with `what`, where it is none or nests without end."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{what} is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object")
    return value


def _compare(place: str, head: bytes, values: bytes, texts: Dict[str, str]) -> None:
    """Compares the checksums that a file says with what it holds; a file of another program says none."""
    said = texts.get("header_crc32c")
    if said is not None:
        key = b'"header_crc32c":"'
        at = head.find(key + said.encode("utf-8", "replace") + b'"') + len(key)
        # Its own digits were not known when it was computed.
        plain = head[:at] + b"#" * 8 + head[at + 8 :]
        if len(said) != 8 or at < len(key) or f"{crc32c(plain):08x}" != said:
            raise ValueError(f"{place} is damaged: the checksum of its header differs")
    said = texts.get("crc32c")
    if said is not None and f"{crc32c(values):08x}" != said:
        raise ValueError(f"{place} is damaged: its checksum differs")


def _tensor(place: str, name: str, entry: Any, values: bytes) -> np.ndarray:
    """A tensor as it lies in the file."""
    if not isinstance(entry, dict):
        raise ValueError(f"{place}: tensor {name} is not described: its header is damaged")
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    if not _counts(shape) or not _counts(offsets) or len(offsets) != 2:
        raise ValueError(f"{place}: tensor {name} has no shape or no place: its header is damaged")
    said = entry.get("dtype")
    kind = _TYPES.get(said) if isinstance(said, str) else None
    if kind is None:
        raise ValueError(f"{place}: tensor {name} has the type {said}, which is not read here")
    first, end = offsets
    count = math.prod(shape)
    if not 0 <= first <= end <= len(values) or end - first != count * np.dtype(kind).itemsize:
        raise ValueError(f"{place}: tensor {name} does not lie in the file: it is cut short or damaged")
    # NumPy counts lengths also where one of them is 0.
    if math.prod(max(1, length) for length in shape) >= 1 << 56 or len(shape) > 32:
        raise ValueError(f"{place}: tensor {name} has a shape that no array can have")
    array: np.ndarray = np.frombuffer(values, kind, count, first).reshape(shape)
    return array


def _counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(count) is int and count >= 0 for count in value)
