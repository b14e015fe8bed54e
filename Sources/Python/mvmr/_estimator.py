"""What scikit-learn asks of an estimator, without scikit-learn."""

from __future__ import annotations

import inspect
from typing import Any, Dict, Tuple

import numpy as np


class NotFitted(ValueError, AttributeError):
    """What is raised before `fit` where scikit-learn is not installed; as its NotFittedError, of two kinds."""


def not_fitted(estimator: object) -> Exception:
    """scikit-learn's NotFittedError where this process has it, else one like it."""
    import sys

    words = f"this {type(estimator).__name__} is not fitted yet: call fit with labeled rows first"
    module = sys.modules.get("sklearn.exceptions")
    return NotFitted(words) if module is None else module.NotFittedError(words)


class Estimator:
    """Parameters by name, as scikit-learn's `BaseEstimator` has them: pipelines, searches and `clone` need no more."""

    __slots__: Tuple[str, ...] = ()

    @classmethod
    def _parameters(cls) -> Dict[str, Any]:
        """Each parameter with its default, in the order of the constructor."""
        found = cls.__dict__.get("_parameters_found")
        if found is None:
            signature = inspect.signature(cls.__init__)
            found = {
                name: parameter.default
                for name, parameter in signature.parameters.items()
                if name != "self" and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
            }
            cls._parameters_found = found  # type: ignore[attr-defined]
        return found

    def get_params(self, deep: bool = True) -> Dict[str, Any]:
        """The parameters and their values.

        Parameters
        ----------
        deep : bool
            Taken for scikit-learn's sake; no parameter holds parameters of its own.

        Returns
        -------
        dict
            One entry a parameter.
        """
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **parameters: Any) -> Any:
        """Changes parameters.

        Parameters
        ----------
        **parameters
            New values by name; those that are not named stay.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Where there is no parameter of that name.
        """
        known = self._parameters()
        for name in parameters:
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. Valid parameters are: {list(known)!r}."
                )
        for name, value in parameters.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        def same(value: Any, default: Any) -> bool:
            return value is default or (type(value) is type(default) and np.array_equal(value, default))

        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, default in self._parameters().items()
            if not same(getattr(self, name, default), default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _tags(self, kind: str, **changes: Any) -> Any:
        """scikit-learn's tags; only scikit-learn asks, so that it is there."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags, TransformerTags  # type: ignore

        return Tags(
            estimator_type=None if kind == "transformer" else kind,
            target_tags=TargetTags(required=kind == "classifier"),
            transformer_tags=TransformerTags(preserves_dtype=["float32"]) if kind == "transformer" else None,
            classifier_tags=ClassifierTags(**changes.pop("classifier", {})) if kind == "classifier" else None,
            input_tags=InputTags(**changes.pop("input", {})),
            **changes,
        )


def column_names(rows: Any) -> Any:
    """The names of a data frame's columns where all are texts, else None."""
    columns = getattr(rows, "columns", None)
    if columns is None or not hasattr(columns, "__len__"):
        return None
    names = np.asarray(columns, dtype=object)
    return names if len(names) and all(isinstance(name, str) for name in names) else None


def check_columns(estimator: Any, rows: Any, count: int, fitting: bool) -> None:
    """Remembers how many columns rows have, and refuses others later, in scikit-learn's words."""
    names = column_names(rows)
    if fitting:
        estimator.n_features_in_ = count
        if names is not None:
            estimator.feature_names_in_ = names
        elif hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
        return
    expected = getattr(estimator, "n_features_in_", count)
    if count != expected:
        raise ValueError(
            f"X has {count} features, but {type(estimator).__name__} is expecting {expected} features as input"
        )


def check_finite(rows: np.ndarray, what: str = "X") -> None:
    """Refuses values that are not finite, in the words that scikit-learn's users know, with the place."""
    # A sum is finite where all values are and their sum does not overflow: one pass without a mask.
    if rows.dtype.kind != "f" or np.isfinite(np.sum(rows, dtype=np.float64)):
        return
    bad = ~np.isfinite(rows)
    if bad.any():
        place: Tuple[int, ...] = tuple(int(index) for index in np.argwhere(bad)[0])
        raise ValueError(f"Input {what} contains NaN or infinity, first at {place}: repair or leave out that row")
