"""Tensors of safetensors files, which checkpoints are: read, never run."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Tuple

import numpy as np

_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "U8": "|u1", "BOOL": "|b1"}
#: A header beyond this is no header.
_LARGEST_HEADER = 100_000_000


def read_safetensors(path: "str | os.PathLike[str]") -> Tuple[Dict[str, np.ndarray], Dict[str, str]]:
    """The tensors of a file by name, as copies, and the texts of its header.

    Raises ValueError where it is no such file or is cut short.
    """
    place = os.fspath(path)
    with open(place, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, _LARGEST_HEADER):
            raise ValueError(f"{place} is not a safetensors file: its header is cut short or is none")
        try:
            header = json.loads(file.read(length))
        except ValueError:
            raise ValueError(f"{place} is not a safetensors file: its header is not JSON") from None
        texts = header.pop("__metadata__", {})
        values = file.read()
    tensors = {}
    for name, entry in header.items():
        tensors[name] = _tensor(place, name, entry, values)
    return tensors, dict(texts)


def _tensor(place: str, name: str, entry: Any, values: bytes) -> np.ndarray:
    first, end = entry["data_offsets"]
    kind = _TYPES.get(entry["dtype"])
    if kind is None:
        raise ValueError(f"{place}: tensor {name} has the type {entry['dtype']}, which is not read here")
    count = int(np.prod(entry["shape"], dtype=np.int64))
    if not 0 <= first <= end <= len(values) or end - first != count * np.dtype(kind).itemsize:
        raise ValueError(f"{place}: tensor {name} does not lie in the file: it is cut short or damaged")
    array: np.ndarray = np.frombuffer(values, kind, count, first).reshape(entry["shape"]).copy()
    return array
