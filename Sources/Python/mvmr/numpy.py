"""`Scattering2D` for NumPy, in the place of `kymatio.numpy`."""

from __future__ import annotations

from typing import Any, Dict, List, Union

import numpy as np

from ._scattering2d import ScatteringBase2D

__all__ = ["Scattering2D"]


class Scattering2D(ScatteringBase2D):
    """The two-dimensional scattering transform of NumPy arrays: kymatio's numbers, order, shapes and errors.

    Notes
    -----
    Arithmetic is float32; results of float32 are float32, all others float64, which are as exact as float32.

    Examples
    --------
    >>> scattering = Scattering2D(J=2, shape=(32, 32))
    >>> scattering(numpy.random.rand(8, 3, 32, 32)).shape
    (8, 3, 81, 8, 8)
    """

    frontend_name = "numpy"
    _array = "array"
    _plural = "NumPy array"

    def scattering(self, input: np.ndarray) -> Union[np.ndarray, List[Dict[str, Any]]]:
        """Transforms images.

        Parameters
        ----------
        input : numpy.ndarray of shape (..., height, width)
            Real numbers, of any strides.

        Returns
        -------
        numpy.ndarray of shape (..., coefficients, height // 2^J, width // 2^J), or list of dict

        Raises
        ------
        TypeError
            Where the input is no NumPy array, or not of real numbers.
        RuntimeError
            Where it has another size.
        ValueError
            Where a value is not finite.
        """
        if not isinstance(input, np.ndarray):
            raise TypeError(f"The input should be a NumPy array, it is {type(input).__name__}")
        self._check(input.shape)
        if input.dtype.kind not in "fiub":
            raise TypeError(f"The input should be of real numbers, it is {input.dtype}: give .astype('float32')")
        with np.errstate(over="ignore"):
            planes = input.astype(np.float32, copy=False)
        result = self._transform(planes)
        if input.dtype != np.float32:
            result = result.astype(np.float64)
        return result if self.out_type == "array" else self._listed(result)

    __call__ = scattering
