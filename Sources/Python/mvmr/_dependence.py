"""Distance correlation of NumPy arrays and tensors."""

from __future__ import annotations

import ctypes
from typing import Any, Optional, Tuple

import numpy as np

from . import _library
from ._arguments import address, matrix, thread_count
from ._arrays import is_tensor, read_rows

_ESTIMATORS = {"biased": 0, "unbiased": 1}


def estimator_number(estimator: str) -> int:
    """The library's number of an estimator."""
    if estimator not in _ESTIMATORS:
        raise ValueError(f"estimator {estimator!r} is not one of biased, unbiased")
    return _ESTIMATORS[estimator]


def correlation(
    x: np.ndarray, y: np.ndarray, estimator: str, wants: Tuple[bool, bool], threads: Optional[int]
) -> Tuple[float, Optional[np.ndarray], Optional[np.ndarray]]:
    """The value, and the gradients that are wanted, of C-contiguous float32 matrices."""
    gradients = [np.empty_like(side) if wanted else None for side, wanted in zip((x, y), wants)]
    value = ctypes.c_double()
    lib = _library.library()
    first, second = matrix(x), matrix(y)
    lib.check(
        lib.distance_correlation(
            ctypes.byref(first),
            ctypes.byref(second),
            estimator_number(estimator),
            thread_count(threads),
            ctypes.byref(value),
            address(gradients[0]),
            address(gradients[1]),
        )
    )
    return value.value, gradients[0], gradients[1]


def distance_correlation(
    x: Any,
    y: Any,
    *,
    estimator: str = "biased",
    gradients: bool = False,
    threads: Optional[int] = None,
) -> Any:
    """How far the rows of `x` depend on those of `y`: 0 for independence, 1 for full dependence.

    Parameters
    ----------
    x, y : array_like or torch.Tensor, of shape (n, ...)
        As many rows each; what lies behind the first axis is one row. Float32 arithmetic on arrays and on tensors of
        float32 on the processor; other tensors are computed by PyTorch where and as they are.
    estimator : {"biased", "unbiased"}, default "biased"
        As published, of 2 rows or more; or zero in expectation for independent rows, on the scale of the square, of 4
        rows or more.
    gradients : bool, default False
        Whether the gradients are given too; of arrays alone, tensors have autograd.
    threads : int, optional
        None for every processor.

    Returns
    -------
    float or torch.Tensor
        The value; of tensors one with a gradient to both.
    gradient_x, gradient_y : numpy.ndarray
        float32 in the shapes of `x` and `y`; only if `gradients`.

    Raises
    ------
    ValueError
        Where the numbers of rows differ or are too small.

    Notes
    -----
    Squared distances are clamped from below at 1e-4, as MV-MR does; rows that do not differ give 0.

    References
    ----------
    Szekely, Rizzo and Bakirov, "Measuring and testing dependence by correlation of distances", 2007; Szekely and
    Rizzo, "Partial distance correlation with methods for dissimilarities", 2014.
    """
    if is_tensor(x) or is_tensor(y):
        from .torch import distance_correlation as of_tensors

        if gradients:
            raise ValueError("gradients of tensors come from autograd: call backward on the result")
        return of_tensors(x, y, estimator=estimator, threads=threads)
    first, second = read_rows(x, "x"), read_rows(y, "y")
    if len(first) != len(second):
        raise ValueError(f"x has {len(first)} rows, y has {len(second)}: give as many")
    value, gradient_x, gradient_y = correlation(first, second, estimator, (gradients, gradients), threads)
    if not gradients:
        return value
    return value, gradient_x.reshape(np.shape(x)), gradient_y.reshape(np.shape(y))  # type: ignore[union-attr]
