"""Linear probes as estimators of scikit-learn."""

from __future__ import annotations

import ctypes
import os
import tempfile
from typing import Any, Dict, Optional, Sequence, Union

import numpy as np

from . import _library
from ._arguments import PathLike, address, encode_json, encode_path, matrix, thread_count
from ._classifier import Classifier, checked_classes, checked_rows, named
from ._estimator import check_columns, not_fitted
from ._feature_rows import FeatureRows
from ._library import Handle
from ._progress import Progress, ProgressFunction, progress_bar


class LinearProbe(Classifier):
    """Multinomial logistic regression to convergence: the linear probe of self-supervised learning.

    Minimizes the mean cross-entropy + lambda / 2 |W|^2 for every penalty at once, chooses the penalty on rows held out
    of those of `fit`, and fits again on all of them. scikit-learn's `LogisticRegression(C=c)` minimizes the same for
    lambda = 1 / (c * rows).

    Parameters
    ----------
    lambdas : float or sequence of float, optional
        The penalties to choose from; None for 13 from 1e-6 to 1. A single one is not chosen but taken.
    validation : float, default 0.1
        The part of each class that is held out to choose the penalty.
    folds : int, optional
        Stratified parts, each held out in turn, instead.
    standardize : bool, default True
        Whether columns are brought to mean 0 and deviation 1; weights are given for rows as they are.
    class_weight : {None, "balanced"}, default None
        "balanced": each class counts the same.
    gradient_norm : float, default 1e-4
        The norm of the gradient at which a fit ends.
    max_iter : int, default 1000
        The number of passes over the rows after which it ends in any case.
    random_state : int, default 0
        Draws the rows that are held out.
    threads : int, optional
        None for every processor.

    Attributes
    ----------
    classes_ : numpy.ndarray
        The classes, ascending.
    coef_ : numpy.ndarray of shape (classes, columns)
        float32 weights.
    intercept_ : numpy.ndarray of shape (classes,)
        float64.
    lambda_ : float
        The penalty chosen.
    n_iter_ : numpy.ndarray of shape (1,)
        Passes of the last fit.
    n_features_in_ : int
        The number of columns.
    description_ : dict
        What else is known: candidates with their scores, loss, whether it converged.
    """

    def __init__(
        self,
        lambdas: Union[None, float, Sequence[float]] = None,
        *,
        validation: float = 0.1,
        folds: Optional[int] = None,
        standardize: bool = True,
        class_weight: Optional[str] = None,
        gradient_norm: float = 1e-4,
        max_iter: int = 1000,
        random_state: int = 0,
        threads: Optional[int] = None,
    ) -> None:
        self.lambdas = lambdas
        self.validation = validation
        self.folds = folds
        self.standardize = standardize
        self.class_weight = class_weight
        self.gradient_norm = gradient_norm
        self.max_iter = max_iter
        self.random_state = random_state
        self.threads = threads

    def _options(self) -> Dict[str, Any]:
        options: Dict[str, Any] = {
            "standardize": bool(self.standardize),
            "gradient_norm": self.gradient_norm,
            "max_iterations": self.max_iter,
            "seed": 0 if self.random_state is None else _seed(self.random_state),
            "class_weights": "none" if self.class_weight is None else named(self.class_weight, "class_weight"),
        }
        if self.folds is None:
            options["validation"] = self.validation
        else:
            options["folds"] = self.folds
        if self.lambdas is not None:
            options["lambdas"] = [float(value) for value in np.atleast_1d(np.asarray(self.lambdas, dtype=np.float64))]
        return options

    def fit(self, X: Any, y: Any = None, progress: Union[bool, None, ProgressFunction] = False) -> "LinearProbe":
        """Fits the probe.

        Parameters
        ----------
        X : array_like of shape (n, columns), or FeatureRows
            Rows, finite. Those of a feature file are read from it as they are needed, however many there are.
        y : array_like of shape (n,)
            Their classes, numbers or texts; -1 is a class like any other here, so leave out unlabeled rows first.
            Rows of a feature file bring their labels, and those without one are left out.
        progress : bool or callable, optional
            Whether to show a bar, None for one on a terminal alone, or a function of (done, total) fits.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a single class, values that are not finite, and parameters out of range.
        KeyboardInterrupt
            Where Ctrl-C stopped it.
        """
        if isinstance(X, FeatureRows) and y is None:
            return self._fit_file(X, progress)
        rows = checked_rows(X)
        classes, numbers = checked_classes(y, len(rows))
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__} can't train when only one class is present: y holds one class, {classes[0]!r}"
            )
        # Whole numbers from 0 on keep their names in a file that the command line reads.
        plain = classes.dtype.kind in "iu" and int(classes[0]) >= 0 and int(classes[-1]) < 2**63
        labels = np.ascontiguousarray(classes[numbers], dtype=np.int64) if plain else numbers
        described = matrix(rows)
        self._fit_by(_library.library().probe_fit, ctypes.byref(described), labels, progress)
        self._take(classes)
        check_columns(self, X, rows.shape[1], fitting=True)
        return self

    def _fit_by(
        self, function: Any, rows: Any, labels: np.ndarray, progress: Union[bool, None, ProgressFunction]
    ) -> None:
        shown, done = progress_bar(progress, "probe")
        try:
            with Progress(shown) as heard:
                self._handle_ = Handle(
                    "probe",
                    function,
                    rows,
                    address(labels),
                    encode_json(self._options()),
                    thread_count(self.threads),
                    heard.callback,
                    None,
                )
        finally:
            done()

    def _fit_file(self, rows: FeatureRows, progress: Union[bool, None, ProgressFunction]) -> "LinearProbe":
        split = rows._split
        if split.labels.ndim != 1:
            raise ValueError(f"rows of {split.name} have several labels each: this probe is of one class a row")
        labels = np.where(split.skipped, -1, split.labels).astype(np.int64)
        self._fit_by(_library.library().probe_fit_from, rows._handle(), labels, progress)
        self._take(None)
        return self

    def _take(self, classes: Optional[np.ndarray]) -> None:
        """Reads what was fitted."""
        lib = _library.library()
        handle = self._handle_.value
        self.description_: Dict[str, Any] = lib.json(lib.probe_description, handle)
        self.classes_ = np.asarray(self.description_["classes"], np.int64) if classes is None else classes
        columns = int(self.description_["columns"])
        self.coef_ = np.empty((len(self.classes_), columns), np.float32)
        self.intercept_ = np.empty(len(self.classes_), np.float64)
        lib.check(
            lib.probe_weights(handle, address(self.coef_), self.coef_.size, address(self.intercept_))
        )
        self.lambda_ = float(self.description_["lambda"])
        self.n_iter_ = np.asarray([self.description_.get("iterations", 1)], dtype=np.int32)
        self.n_features_in_ = columns

    def _scores(self, X: Any, function: Any) -> np.ndarray:
        rows = self._rows_to_classify(X)
        lib = _library.library()
        scores = np.empty((len(rows), len(self.classes_)), np.float32)
        described = matrix(rows)
        lib.check(
            function(
                self._handle_.value, ctypes.byref(described), address(scores), thread_count(self.threads)
            )
        )
        return scores

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row; of equal scores the first.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows.

        Returns
        -------
        numpy.ndarray of shape (n,)
        """
        best: np.ndarray = np.argmax(self._scores(X, _library.library().probe_scores), axis=1)
        classes: np.ndarray = self.classes_[best]
        return classes

    def decision_function(self, X: Any) -> np.ndarray:
        """The score of each class before the softmax.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows.

        Returns
        -------
        numpy.ndarray of shape (n, classes), or (n,) where there are two
            float32; of two classes how much more the second has.
        """
        scores = self._scores(X, _library.library().probe_scores)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class.

        Parameters
        ----------
        X : array_like of shape (n, columns)
            Rows.

        Returns
        -------
        numpy.ndarray of shape (n, classes)
            float32, in the order of `classes_`.
        """
        return self._scores(X, _library.library().probe_probabilities)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithm of `predict_proba`."""
        logarithms: np.ndarray = np.log(self.predict_proba(X))
        return logarithms

    def save(self, path: PathLike) -> None:
        """Writes the probe to a file that `load` and `mvmr probe --load` read, whole or not at all.

        Parameters
        ----------
        path : str or os.PathLike
            The file. Classes that are not whole numbers from 0 on stand in it by their place in `classes_`.

        Raises
        ------
        OSError
            Where it cannot be written.
        """
        if not hasattr(self, "_handle_"):
            raise not_fitted(self)
        lib = _library.library()
        lib.check(lib.probe_save(self._handle_.value, encode_path(path)))

    @classmethod
    def load(cls, path: PathLike) -> "LinearProbe":
        """Reads a probe that `save` or `mvmr probe --save` wrote.

        Parameters
        ----------
        path : str or os.PathLike
            The file.

        Returns
        -------
        LinearProbe

        Raises
        ------
        FileNotFoundError
            Where there is none.
        ValueError
            Where it is no probe.
        """
        probe = cls()
        probe._handle_ = Handle("probe", _library.library().probe_load, encode_path(path))
        probe._take(None)
        return probe

    def __getstate__(self) -> Dict[str, Any]:
        state = {key: value for key, value in self.__dict__.items() if key != "_handle_"}
        if hasattr(self, "_handle_"):
            with tempfile.TemporaryDirectory() as folder:
                place = os.path.join(folder, "probe")
                self.save(place)
                with open(place, "rb") as file:
                    state["_saved_"] = file.read()
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        state = dict(state)
        saved = state.pop("_saved_", None)
        self.__dict__.update(state)
        if saved is not None:
            with tempfile.TemporaryDirectory() as folder:
                place = os.path.join(folder, "probe")
                with open(place, "wb") as file:
                    file.write(saved)
                self._handle_ = Handle("probe", _library.library().probe_load, encode_path(place))


def _seed(value: Any) -> int:
    if isinstance(value, np.random.RandomState):
        return int(value.randint(0, 2**31 - 1))
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    raise TypeError(f"random_state is {value!r}: give a whole number")
