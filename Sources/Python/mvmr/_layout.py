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

    def copy(self, order: Any = "C") -> "Features":
        """A copy, which knows its axes as well."""
        return self._named(super().copy(order))

    def __copy__(self) -> "Features":
        return self._named(super().__copy__())

    def __deepcopy__(self, memory: Any) -> "Features":
        return self._named(super().__deepcopy__(memory))

    def _named(self, other: Any) -> "Features":
        other.axes, other.labels = self.axes, self.labels
        return other  # type: ignore[no-any-return]

    def __reduce__(self) -> Any:
        reduced: Any = super().__reduce__()
        make, arguments, state = reduced
        return make, arguments, (state, self.axes, self.labels)

    def __setstate__(self, state: Any) -> None:
        values, self.axes, self.labels = state
        super().__setstate__(values)  # type: ignore[misc]

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        """Results of arithmetic are plain arrays."""
        plain = np.asarray(array)
        return plain[()] if return_scalar or plain.ndim == 0 else plain
