"""Exact k-nearest-neighbor search and classification as an estimator of scikit-learn."""

from __future__ import annotations

import ctypes
from typing import Any, Dict, Optional

import numpy as np

from . import _library
from ._arguments import address, encode_json, matrix, real_number, thread_count, whole_number
from ._classifier import Classifier, checked_classes, checked_rows, named
from ._estimator import check_columns, not_fitted
from ._library import Handle
from ._progress import Progress


class NearestNeighbors(Classifier):
    """Exact k-nearest-neighbor search and classification, by default after DINO.

    Neighbors are those of double-precision arithmetic; of equally near rows the first comes first.

    Parameters
    ----------
    n_neighbors : int, default 20
        How many neighbors vote.
    metric : {"cosine", "euclidean"}, default "cosine"
        How close two rows are.
    weighting : {"dino", "majority", "inverse-distance"}, default "dino"
        What a neighbor's vote weighs: exp(similarity / temperature), 1, or 1 / (distance + 1e-5).
    temperature : float, default 0.07
        That of the weighting "dino".
    threads : int, optional
        None for every processor. Results do not depend on it.

    Attributes
    ----------
    classes_ : numpy.ndarray
        The classes of `fit`.
    n_features_in_ : int
        The number of columns.

    References
    ----------
    Caron et al., "Emerging properties in self-supervised vision transformers", ICCV 2021.
    """

    def __init__(
        self,
        n_neighbors: int = 20,
        *,
        metric: str = "cosine",
        weighting: str = "dino",
        temperature: float = 0.07,
        threads: Optional[int] = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.weighting = weighting
        self.temperature = temperature
        self.threads = threads

    def fit(self, X: Any, y: Any = None) -> "NearestNeighbors":
        """Keeps rows to search, and their classes.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows, finite.
        y : array_like of shape (n,), optional
            Their classes; without them neighbors can be searched, not classes predicted.

        Returns
        -------
        self
        """
        rows = checked_rows(X)
        classes, labels = (None, None) if y is None else checked_classes(y, len(rows))
        # First what may fail: a fit that does leaves the one before whole.
        self._keep(rows, labels)
        self._fit_rows_, self._fit_labels_ = rows, labels
        if classes is not None:
            self.classes_ = classes
        elif hasattr(self, "classes_"):
            del self.classes_
        check_columns(self, X, rows.shape[1], fitting=True)
        return self

    def _keep(self, rows: np.ndarray, labels: Optional[np.ndarray]) -> None:
        options = {"metric": named(self.metric, "metric"), "weighting": named(self.weighting, "weighting")}
        described = matrix(rows)
        self._handle_ = Handle(
            "neighbors",
            _library.library().neighbors_create,
            ctypes.byref(described),
            address(labels),
            encode_json(options),
        )
        self._kept_with_ = options

    def __getstate__(self) -> Dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_handle_"}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_fit_rows_" in state:
            self._keep(self._fit_rows_, self._fit_labels_)

    def _neighbors(self, n_neighbors: Optional[int]) -> int:
        return whole_number(self.n_neighbors if n_neighbors is None else n_neighbors, "n_neighbors", least=1)

    def _current(self) -> int:
        """The handle, made anew where metric or weighting was changed since."""
        if not hasattr(self, "_handle_"):
            raise not_fitted(self)
        if self._kept_with_ != {"metric": self.metric, "weighting": self.weighting}:
            self._keep(self._fit_rows_, self._fit_labels_)
        return self._handle_.value or 0

    def kneighbors(
        self,
        X: Any = None,
        n_neighbors: Optional[int] = None,
        return_distance: bool = True,
    ) -> Any:
        """Finds the nearest rows of `fit`, nearest first.

        Parameters
        ----------
        X : array_like of shape (n, columns), optional
            Rows; without it those of `fit`, none of which is its own neighbor.
        n_neighbors : int, optional
            How many; by default the parameter.
        return_distance : bool, default True
            Whether distances are given too.

        Returns
        -------
        distances : numpy.ndarray of shape (n, n_neighbors)
            float32: 1 - cosine, or the Euclidean distance; only if `return_distance`.
        indices : numpy.ndarray of shape (n, n_neighbors)
            int64, the rows' numbers.
        """
        handle, count = self._current(), self._neighbors(n_neighbors)
        rows = None if X is None else self._rows_to_classify(X)
        there = len(self._fit_rows_) - (rows is None)
        if count > there:
            words = f"n_neighbors = {count}, n_samples_fit = {there}"
            raise ValueError(f"Expected n_neighbors <= n_samples_fit, but {words}: ask for fewer, or fit more rows")
        size = (len(self._fit_rows_) if rows is None else len(rows), count)
        indices, values = np.empty(size, np.int64), np.empty(size, np.float32)
        lib = _library.library()
        with Progress() as heard:
            described = None if rows is None else matrix(rows)
            status = lib.neighbors_search(
                handle,
                None if described is None else ctypes.byref(described),
                count,
                address(indices),
                address(values),
                thread_count(self.threads),
                heard.callback,
                None,
            )
            lib.check(status)
        if not return_distance:
            return indices
        return (1 - values if self.metric == "cosine" else values), indices

    def _votes(self, X: Any, shares: bool) -> np.ndarray:
        rows = self._rows_to_classify(X)
        handle = self._current()
        if self._fit_labels_ is None:
            raise ValueError("fit had no classes: call fit(X, y), or ask for kneighbors")
        lib = _library.library()
        numbers = None if shares else np.empty(len(rows), np.int64)
        votes = np.empty((len(rows), len(self.classes_)), np.float32) if shares else None
        described = matrix(rows)
        with Progress() as heard:
            status = lib.neighbors_predict(
                handle,
                ctypes.byref(described),
                self._neighbors(None),
                real_number(self.temperature, "temperature"),
                address(numbers),
                address(votes),
                thread_count(self.threads),
                heard.callback,
                None,
            )
            lib.check(status)
        return votes if numbers is None else numbers  # type: ignore[return-value]

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row, by the votes of its neighbors; of equal votes the first class.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows.

        Returns
        -------
        numpy.ndarray of shape (n,)
        """
        return self.classes_[self._votes(X, shares=False)] if hasattr(self, "classes_") else self._votes(X, False)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Each class's share of the votes.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows.

        Returns
        -------
        numpy.ndarray of shape (n, classes)
            float32, in the order of `classes_`; a row's sum is 1.
        """
        return self._votes(X, shares=True)
