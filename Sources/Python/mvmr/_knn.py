"""k-NN by the protocol of DINO in one call."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _library
from ._arguments import address, encode_json, matrix, real_number, thread_count, whole_number
from ._arrays import read_labels, read_rows
from ._classifier import named
from ._feature_rows import FeatureRows
from ._library import Handle
from ._progress import Progress, ProgressFunction, progress_bar


@dataclass(frozen=True)
class KNNScore:
    """The score of one number of neighbors.

    Attributes
    ----------
    k : int
        How many neighbors voted.
    temperature : float
        That of DINO's weights.
    top1 : float
        The share of test rows that were classified rightly, 0...1.
    top5 : float
        The share whose class was among the five with most votes.
    predictions : numpy.ndarray of shape (n,)
        int64, the class of each test row.
    """

    k: int
    temperature: float
    top1: float
    top5: float
    predictions: np.ndarray = field(repr=False, compare=False)


def _given(rows: Any, labels: Any, what: str) -> Tuple[np.ndarray, np.ndarray]:
    """Rows and one class each; those of a feature file without their unlabeled and skipped rows."""
    if isinstance(rows, FeatureRows):
        if labels is None:
            found, classes = rows._split.labeled(rows.name)
            if classes.ndim != 1:
                raise ValueError(f"{what} has several labels a row: k-NN here is of one class a row")
            return np.ascontiguousarray(found), np.ascontiguousarray(classes)
        rows = rows.read()
    if labels is None:
        raise ValueError(f"{what} has no labels: give {what}_labels, or rows of a feature file")
    matrix_ = read_rows(rows, what)
    return matrix_, read_labels(labels, len(matrix_), f"{what}_labels")


def _counts(k: Any) -> List[int]:
    """Numbers of neighbors: one, or several."""
    several = hasattr(k, "__len__") and not isinstance(k, (str, bytes)) and getattr(k, "shape", None) != ()
    counts = [whole_number(count, "k") for count in (k if several else [k])]
    if not counts:
        raise ValueError("k is empty: give at least one number of neighbors")
    return counts


def knn(
    train: Any,
    train_labels: Any = None,
    test: Any = None,
    test_labels: Any = None,
    *,
    k: Union[int, Sequence[int]] = (10, 20, 100, 200),
    temperature: float = 0.07,
    metric: str = "cosine",
    weighting: str = "dino",
    threads: Optional[int] = None,
    progress: Union[bool, None, ProgressFunction] = False,
) -> List[KNNScore]:
    """Scores rows by exact k-nearest-neighbor classification: the protocol of DINO, as `mvmr knn`.

    Parameters
    ----------
    train : FeatureRows or array_like of shape (n, columns)
        The rows that vote. Those of a feature file bring their labels; unlabeled and skipped rows are left out.
    train_labels : array_like of int, shape (n,), optional
        Their classes; rows of class -1 do not vote.
    test : FeatureRows or array_like, optional
        The rows to classify; without it each train row is left out in turn.
    test_labels : array_like of int, optional
        Their classes.
    k : int or sequence of int
        How many neighbors vote, one score each; by default 10, 20, 100, 200, as far as there are rows.
    temperature : float, default 0.07
        That of the weighting "dino".
    metric : {"cosine", "euclidean"}, default "cosine"
        How close two rows are.
    weighting : {"dino", "majority", "inverse-distance"}, default "dino"
        What a vote weighs.
    threads : int, optional
        None for every processor.
    progress : bool or callable, optional
        Whether to show a bar, None for one on a terminal alone, or a function of (done, total).

    Returns
    -------
    list of KNNScore
        One a number of neighbors.

    Raises
    ------
    ValueError
        Where rows differ in width, a value is not finite, or k exceeds the number of rows.
    KeyboardInterrupt
        Where Ctrl-C stopped it.

    Examples
    --------
    >>> file = mvmr.FeatureFile("features.h5")
    >>> mvmr.knn(file["train"]["hog"], test=file["test"]["hog"], k=20)[0].top1
    """
    default = isinstance(k, tuple) and k == (10, 20, 100, 200)
    counts = _counts(k)
    warmth = real_number(temperature, "temperature")
    lib = _library.library()
    options = encode_json({"metric": named(metric, "metric"), "weighting": named(weighting, "weighting")})
    if isinstance(train, FeatureRows) and train_labels is None and not train._split.skipped.any():
        # Rows of a file are read from it as they are needed, however many there are.
        labels = np.ascontiguousarray(train._split.labels)
        if labels.ndim != 1:
            raise ValueError("train has several labels a row: k-NN here is of one class a row")
        handle = Handle("neighbors", lib.neighbors_create_from, train._handle(), address(labels), options)
    else:
        rows, labels = _given(train, train_labels, "train")
        described = matrix(rows)
        create = lib.neighbors_create
        handle = Handle("neighbors", create, ctypes.byref(described), address(labels), options)
    voters = int(np.count_nonzero(labels >= 0)) - (test is None)
    if default:
        counts = [count for count in counts if count <= voters] or [max(1, voters)]
    found = ctypes.c_int64()
    lib.check(lib.neighbors_classes(handle.value, None, 0, ctypes.byref(found)))
    classes = np.empty(found.value, np.int64)
    lib.check(lib.neighbors_classes(handle.value, address(classes), classes.size, ctypes.byref(found)))
    if test is None:
        queries, truth = None, labels
    else:
        queries, truth = _given(test, test_labels, "test")
    counted = truth >= 0
    if not counted.any():
        raise ValueError(f"{'train' if test is None else 'test'} has no labeled rows: there is nothing to score")
    scores = []
    function, done = progress_bar(progress, "k-NN")
    try:
        for count in counts:
            predictions = np.empty(len(truth), np.int64)
            shares = np.empty((len(truth), len(classes)), np.float32)
            asked = None if queries is None else matrix(queries)
            with Progress(function) as heard:
                lib.check(
                    lib.neighbors_predict(
                        handle.value,
                        None if asked is None else ctypes.byref(asked),
                        count,
                        warmth,
                        address(predictions),
                        address(shares),
                        thread_count(threads),
                        heard.callback,
                        None,
                    )
                )
            right = predictions[counted] == truth[counted]
            # Of equal votes the lower class counts first, which a stable order of the negated shares gives.
            best = classes[np.argsort(-shares[counted], axis=1, kind="stable")[:, : min(5, count)]]
            within = (best == truth[counted, None]).any(axis=1)
            scores.append(
                KNNScore(count, warmth, float(np.mean(right)), float(np.mean(within)), predictions)
            )
    finally:
        done()
    return scores
