"""`Scattering2D` as a scikit-learn transformer of rows of pixels, in the place of `kymatio.sklearn`."""

from __future__ import annotations

import math
from typing import Any, Optional, Tuple

import numpy as np

from ._estimator import Estimator
from .numpy import Scattering2D as _Scattering2D

__all__ = ["Scattering2D"]


class Scattering2D(Estimator):
    """The scattering transform of images that are rows of a matrix.

    Parameters are those of `mvmr.Scattering2D` but `out_type`, kept as they are given; results are one matrix.
    """

    def __init__(
        self,
        J: int,
        shape: Tuple[int, int],
        L: int = 8,
        max_order: int = 2,
        pre_pad: bool = False,
        backend: Any = None,
        threads: Optional[int] = None,
    ) -> None:
        self.J = J
        self.shape = shape
        self.L = L
        self.max_order = max_order
        self.pre_pad = pre_pad
        self.backend = backend
        self.threads = threads

    def fit(self, X: Any = None, y: Any = None) -> "Scattering2D":
        """Does nothing: there is nothing to learn."""
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Transforms rows.

        Parameters
        ----------
        X : array_like of shape (n, height * width)
            float32 or float64.

        Returns
        -------
        numpy.ndarray of shape (n, columns)
        """
        scattering = _Scattering2D(**self.get_params())
        rows = np.asarray(X)
        images = rows.reshape((-1, *scattering._plane))
        result = np.asarray(scattering(images))
        return result.reshape(len(rows), math.prod(result.shape[1:]))

    predict = transform

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """`transform`."""
        return self.transform(X)

    def __sklearn_is_fitted__(self) -> bool:
        """True: there is nothing to learn."""
        return True

    def __sklearn_tags__(self) -> Any:
        """scikit-learn's tags: a transformer that needs no fit."""
        return self._tags("transformer", requires_fit=False)
