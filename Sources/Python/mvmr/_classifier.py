"""What the classifiers share: checks of rows and classes in scikit-learn's words, and the score."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Optional, Tuple

import numpy as np

from ._arrays import is_tensor, read_rows, refuse_masked, refuse_sparse, any_to_numpy
from ._estimator import Estimator, check_columns, check_finite, not_fitted


def checked_rows(X: Any, minimum: int = 1) -> np.ndarray:
    """`X` as a float32 matrix of finite values, refused in scikit-learn's words."""
    refuse_sparse(X)
    if isinstance(X, np.ma.MaskedArray):
        refuse_masked(X, "X")
    if not is_tensor(X) and not isinstance(X, np.ndarray):
        X = np.asarray(X)
    if not is_tensor(X) and X.dtype.kind == "c":
        raise ValueError("Complex data not supported: X is complex")
    if X.ndim == 2 and not X.shape[1]:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={tuple(X.shape)}) while a minimum of 1 is required."
        )
    if not is_tensor(X) and X.dtype.kind == "f":
        check_finite(X)
    rows = read_rows(X)
    if len(rows) < minimum:
        raise ValueError(
            f"Found array with {len(rows)} sample(s) (shape={rows.shape}) while a minimum of {minimum} is required."
        )
    check_finite(rows)
    return rows


def checked_classes(y: Any, rows: int) -> Tuple[np.ndarray, np.ndarray]:
    """The classes of `y`, and one number into them a row."""
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    array = _one_each(y, rows)
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: y is complex")
    if array.dtype.kind == "f":
        check_finite(array, "y")
        if np.any(array != np.round(array)):
            raise ValueError(
                "Unknown label type: continuous. Maybe you are trying to fit a classifier, which expects discrete "
                "classes on a regression target with continuous values."
            )
    try:
        classes, numbers = np.unique(array, return_inverse=True)
    except TypeError as error:
        raise TypeError(f"y holds classes that have no order, numbers or texts do: {error}") from None
    return classes, np.ascontiguousarray(numbers.reshape(-1), dtype=np.int64)


def _one_each(y: Any, rows: int) -> np.ndarray:
    """One class for each of so many rows, in a line or a column."""
    array = any_to_numpy(y, "y")
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(_column_words(), _conversion_warning(), stacklevel=4)
        array = array.ravel()
    if array.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {array.shape} instead.")
    if len(array) != rows:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: [{rows}, {len(array)}]")
    return array


def named(value: Any, what: str) -> str:
    """A choice by its name, which the library checks."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is {value!r}: give a text")
    return value


def _column_words() -> str:
    return "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples, )."


def _conversion_warning() -> Any:
    module = sys.modules.get("sklearn.exceptions")
    return UserWarning if module is None else module.DataConversionWarning


class Classifier(Estimator):
    """What the classifiers share."""

    classes_: np.ndarray
    n_features_in_: int
    threads: Optional[int]
    _estimator_type = "classifier"

    def _rows_to_classify(self, X: Any) -> np.ndarray:
        if not hasattr(self, "_handle_"):
            raise not_fitted(self)
        rows = checked_rows(X)
        check_columns(self, X, rows.shape[1], fitting=False)
        return rows

    def predict(self, X: Any) -> np.ndarray:
        raise NotImplementedError

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of rows that are classified rightly.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows.
        y : array_like of shape (n,)
            Their classes.
        sample_weight : array_like of shape (n,), optional
            How much each row counts.

        Returns
        -------
        float
            0...1.
        """
        found = self.predict(X)
        right = found == _one_each(y, len(found))
        if sample_weight is not None and np.shape(sample_weight) != right.shape:
            raise ValueError(f"sample_weight has shape {np.shape(sample_weight)}, there are {len(right)} rows")
        return float(np.average(right, weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        """scikit-learn's tags: a classifier of several classes."""
        return self._tags("classifier")
