"""k-NN and linear probes: scikit-learn's estimators, and the protocol of DINO in one call."""

from __future__ import annotations

import ctypes
import os
import warnings
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _library
from ._arrays import is_tensor, read_labels, read_rows, tensor_to_numpy
from ._estimator import Estimator, check_columns, check_finite, not_fitted
from ._features import FeatureRows, PathLike
from ._library import Handle, Progress, ProgressFunction, encode_json, encode_path, matrix, progress_bar, thread_count
from ._representation import _refuse_sparse


def checked_rows(X: Any, minimum: int = 1) -> np.ndarray:
    """`X` as a float32 matrix of finite values, refused in scikit-learn's words."""
    _refuse_sparse(X)
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
    array = tensor_to_numpy(y, "y") if is_tensor(y) else np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(_column_words(), _conversion_warning(), stacklevel=3)
        array = array.ravel()
    if array.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {array.shape} instead.")
    if len(array) != rows:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: [{rows}, {len(array)}]")
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: y is complex")
    if array.dtype.kind == "f":
        check_finite(array, "y")
        if np.any(array != np.round(array)):
            raise ValueError(
                "Unknown label type: continuous. Maybe you are trying to fit a classifier, which expects discrete "
                "classes on a regression target with continuous values."
            )
    classes, numbers = np.unique(array, return_inverse=True)
    return classes, np.ascontiguousarray(numbers.reshape(-1), dtype=np.int64)


def _column_words() -> str:
    return "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples, )."


def _conversion_warning() -> Any:
    import sys

    module = sys.modules.get("sklearn.exceptions")
    return UserWarning if module is None else module.DataConversionWarning


class _Classifier(Estimator):
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
        right = self.predict(X) == np.asarray(y)
        return float(np.average(right, weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        """scikit-learn's tags: a classifier of several classes."""
        return self._tags("classifier")


class NearestNeighbors(_Classifier):
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
        labels = None
        if y is not None:
            self.classes_, labels = checked_classes(y, len(rows))
        elif hasattr(self, "classes_"):
            del self.classes_
        self._fit_rows_, self._fit_labels_ = rows, labels
        self._keep(labels)
        check_columns(self, X, rows.shape[1], fitting=True)
        return self

    def _keep(self, labels: Optional[np.ndarray]) -> None:
        options = {"metric": self.metric, "weighting": self.weighting}
        described = matrix(self._fit_rows_)
        self._handle_ = Handle(
            "neighbors",
            _library.library().neighbors_create,
            ctypes.byref(described),
            _library.address(labels),
            encode_json(options),
        )
        self._kept_with_ = options

    def __getstate__(self) -> Dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_handle_"}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_fit_rows_" in state:
            self._keep(self._fit_labels_)

    def _neighbors(self, n_neighbors: Optional[int]) -> int:
        count = self.n_neighbors if n_neighbors is None else n_neighbors
        if not isinstance(count, (int, np.integer)) or isinstance(count, bool):
            raise TypeError(f"n_neighbors is {count!r}: give a whole number")
        if count < 1:
            raise ValueError(f"n_neighbors is {count}: give 1 or more")
        return int(count)

    def _current(self) -> int:
        """The handle, made anew where metric or weighting was changed since."""
        if not hasattr(self, "_handle_"):
            raise not_fitted(self)
        if self._kept_with_ != {"metric": self.metric, "weighting": self.weighting}:
            self._keep(self._fit_labels_)
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
                _library.address(indices),
                _library.address(values),
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
                float(self.temperature),
                _library.address(numbers),
                _library.address(votes),
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


class LinearProbe(_Classifier):
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
            "class_weights": "none" if self.class_weight is None else self.class_weight,
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
        plain = classes.dtype.kind in "iu" and int(classes[0]) >= 0
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
                    _library.address(labels),
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
            lib.probe_weights(handle, _library.address(self.coef_), self.coef_.size, _library.address(self.intercept_))
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
                self._handle_.value, ctypes.byref(described), _library.address(scores), thread_count(self.threads)
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
            import tempfile

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
            import tempfile

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
    lib = _library.library()
    options = encode_json({"metric": metric, "weighting": weighting})
    if isinstance(train, FeatureRows) and train_labels is None and not train._split.skipped.any():
        # Rows of a file are read from it as they are needed, however many there are.
        labels = np.ascontiguousarray(train._split.labels)
        if labels.ndim != 1:
            raise ValueError("train has several labels a row: k-NN here is of one class a row")
        handle = Handle("neighbors", lib.neighbors_create_from, train._handle(), _library.address(labels), options)
    else:
        rows, labels = _given(train, train_labels, "train")
        described = matrix(rows)
        create = lib.neighbors_create
        handle = Handle("neighbors", create, ctypes.byref(described), _library.address(labels), options)
    default = isinstance(k, tuple) and k == (10, 20, 100, 200)
    counts = [int(count) for count in np.atleast_1d(np.asarray(k))]
    voters = int(np.count_nonzero(labels >= 0)) - (test is None)
    if default:
        counts = [count for count in counts if count <= voters] or [max(1, voters)]
    found = ctypes.c_int64()
    lib.check(lib.neighbors_classes(handle.value, None, 0, ctypes.byref(found)))
    classes = np.empty(found.value, np.int64)
    lib.check(lib.neighbors_classes(handle.value, _library.address(classes), classes.size, ctypes.byref(found)))
    if test is None:
        queries, truth = None, labels
    else:
        queries, truth = _given(test, test_labels, "test")
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
                        float(temperature),
                        _library.address(predictions),
                        _library.address(shares),
                        thread_count(threads),
                        heard.callback,
                        None,
                    )
                )
            counted = truth >= 0
            right = predictions[counted] == truth[counted]
            # Of equal votes the lower class counts first, which a stable order of the negated shares gives.
            best = classes[np.argsort(-shares[counted], axis=1, kind="stable")[:, : min(5, count)]]
            within = (best == truth[counted, None]).any(axis=1)
            scores.append(
                KNNScore(count, float(temperature), float(np.mean(right)), float(np.mean(within)), predictions)
            )
    finally:
        done()
    return scores
