"""Rows with their shape, and what their axes and indices stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Tuple

import numpy as np


@dataclass(frozen=True)
class FeatureLayout:
    """The shape of one row, and what its axes and indices stand for.

    Attributes
    ----------
    shape : tuple of int
        The length of each axis; the last one varies fastest.
    axes : tuple of str
        The name of each axis, for example ``("block_y", "block_x", "cell_y", "cell_x", "orientation")``.
    labels : mapping of str to tuple of str
        What the indices along an axis stand for, where that needs saying: one text an index.
    count : int
        The number of values in a row.
    """

    shape: Tuple[int, ...]
    axes: Tuple[str, ...]
    labels: Mapping[str, Tuple[str, ...]] = field(default_factory=dict, hash=False)
    count: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", math.prod(self.shape))


class Features(np.ndarray):
    """A NumPy array of rows that knows what its axes stand for.

    Attributes
    ----------
    axes : tuple of str, or None
        The name of each axis; the first is ``row`` where there are several images. None in what was computed from
        such an array, as a slice or a sum has other axes.
    labels : mapping of str to tuple of str, or None
        What the indices along an axis stand for, where that needs saying.
    """

    axes: Optional[Tuple[str, ...]] = None
    labels: Optional[Mapping[str, Tuple[str, ...]]] = None

    def __array_finalize__(self, source: Any) -> None:
        """Nothing is taken over: a view has axes of its own."""

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        """Results of arithmetic are plain arrays."""
        plain = np.asarray(array)
        return plain[()] if return_scalar or plain.ndim == 0 else plain
