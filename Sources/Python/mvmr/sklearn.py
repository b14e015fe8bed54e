"""`Scattering2D` as a scikit-learn transformer of rows of pixels, in the place of `kymatio.sklearn`."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np

from ._estimator import Estimator
from .numpy import Scattering2D as _Scattering2D

__all__ = ["Scattering2D"]


class Scattering2D(Estimator):
    """The scattering transform of images that are rows of a matrix.

    Parameters
    ----------
    J : int
        Coefficients are averaged over 2^J pixels.
    shape : tuple of int
        (height, width) of images.
    L : int, default 8
        Wavelet angles.
    max_order : {1, 2}, default 2
        Wavelet moduli in sequence, at most.
    pre_pad : bool, default False
        Whether images are padded already.
    backend : str or object, optional
        Taken for kymatio's sake.
    """

    def __init__(
        self,
        J: int,
        shape: Tuple[int, int],
        L: int = 8,
        max_order: int = 2,
        pre_pad: bool = False,
        backend: Any = None,
    ) -> None:
        self.J = J
        self.shape = shape
        self.L = L
        self.max_order = max_order
        self.pre_pad = pre_pad
        self.backend = backend

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
        scattering = _Scattering2D(self.J, self.shape, self.L, self.max_order, self.pre_pad, self.backend)
        rows = np.asarray(X)
        images = rows.reshape((-1, *scattering._plane))
        result = scattering(images)
        return np.asarray(result).reshape(len(rows), -1)

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
