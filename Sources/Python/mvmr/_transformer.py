"""Representations as transformers of scikit-learn: matrices in the place of shaped rows."""

from __future__ import annotations

import importlib
import math
import sys
from typing import Any, ClassVar, Optional, Tuple

import numpy as np

from ._arguments import whole_number
from ._arrays import any_to_numpy, float32_or_uint8, is_pillow, is_tensor, read_images, refuse_sparse, tensor_to_numpy
from ._estimator import Estimator, check_columns, check_finite, not_fitted
from ._layout import FeatureLayout


_CONTAINERS = ("default", "pandas", "polars")


class Transformer(Estimator):
    """What scikit-learn asks of a representation, over its layout and its call."""

    __slots__ = ("__dict__",)

    #: The name in the catalogue, as on the command line.
    name: ClassVar[str] = ""
    image_shape: Optional[Tuple[int, ...]]
    threads: Optional[int]

    def layout(self, images: Any, layout: Optional[str] = None) -> FeatureLayout:
        """The shape of a row."""
        raise NotImplementedError

    def __call__(
        self,
        images: Any,
        *,
        layout: Optional[str] = None,
        threads: Optional[int] = None,
        out: Optional[np.ndarray] = None,
    ) -> Any:
        """The rows of images."""
        raise NotImplementedError

    def _matrix_of_images(self, X: Any) -> Tuple[np.ndarray, str]:
        """`X` as images, the first axis being the samples; and the order of its axes."""
        if is_pillow(X):
            raise ValueError("X is one image of Pillow: give a list of images")
        if isinstance(X, (list, tuple)) and len(X) and not np.isscalar(X[0]):
            first = X[0]
            listed = not isinstance(first, (list, tuple))
            if listed and (hasattr(first, "mode") or getattr(first, "ndim", 1) >= 2):
                read = read_images(X)
                return read.array, "NHWC" if read.array.ndim == 4 and not read.tensor else (
                    "NCHW" if read.array.ndim == 4 else "NHW"
                )
        if is_tensor(X):
            array, last = tensor_to_numpy(X, "X"), False
        else:
            refuse_sparse(X)
            array, last = any_to_numpy(X, "X"), True
        if array.dtype.kind in "OUS":
            try:
                array = array.astype(np.float64)
            except (TypeError, ValueError) as error:
                # Some texts of NumPy's own are expected by those who read them.
                raise type(error)(f"X is not an array of numbers: {error}") from None
        if array.dtype.kind == "c":
            raise ValueError("Complex data not supported: X is complex; pixels are real")
        if array.ndim == 2:
            size = self._image_shape_of(array.shape[1])
            if size is not None:
                return self._rows_as_images(array, size)
        if array.ndim == 3:
            if last and array.shape[2] == 3:
                raise ValueError(
                    f"X of shape {array.shape} would be {array.shape[0]} gray images 3 pixels wide: give X[None] for "
                    "one image of three channels"
                )
            return array, "NHW"
        if array.ndim == 4:
            return array, "NHWC" if last else "NCHW"
        if array.ndim == 2:
            raise ValueError(
                f"X has shape {array.shape}: rows of pixels become images where image_shape=(height, width) or "
                f"(height, width, channels) is given; or give images, (N, H, W) or (N, H, W, C)"
            )
        raise ValueError(
            f"Expected 2D array, got {array.ndim}D array instead: X has shape {array.shape}; give images, (N, H, W) "
            "or (N, H, W, C). Reshape your data with X.reshape(1, -1) if it contains a single sample"
        )

    def _image_shape_of(self, columns: int) -> Optional[Tuple[int, ...]]:
        """The shape of an image that stands in a row of so many columns."""
        return self.image_shape

    def _rows_as_images(self, array: np.ndarray, size: Tuple[int, ...]) -> Tuple[np.ndarray, str]:
        if not array.shape[0]:
            raise ValueError(f"Found array with 0 sample(s) (shape={array.shape}) while a minimum of 1 is required.")
        if not array.shape[1]:
            raise ValueError(f"Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is required.")
        size = self._checked_image_shape(size)
        if math.prod(size) != array.shape[1]:
            raise ValueError(f"X has {array.shape[1]} features, images of {size} have {math.prod(size)} values")
        array = float32_or_uint8(array, "X")
        check_finite(array)
        return array.reshape((len(array), *size)), "NHW" if len(size) == 2 else "NHWC"

    @staticmethod
    def _checked_image_shape(shape: Any) -> Tuple[int, ...]:
        words = f"image_shape {shape!r} is not (height, width) or (height, width, channels)"
        if isinstance(shape, (str, bytes)) or not hasattr(shape, "__len__"):
            raise TypeError(words)
        size = tuple(whole_number(side, "a side of image_shape", least=1) for side in shape)
        if len(size) not in (2, 3):
            raise ValueError(words)
        return size

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learns nothing but how large images are; later ones must be as large.

        Parameters
        ----------
        X : array_like
            Images, as `transform` takes them.
        y : ignored

        Returns
        -------
        self
        """
        array, order = self._matrix_of_images(X)
        check_columns(self, X, int(np.prod(array.shape[1:])), fitting=True)
        self._fitted_size_ = _size(array, order)
        self.layout(self._fitted_size_)
        return self

    def set_output(self, *, transform: Optional[str] = None) -> Any:
        """Chooses what `transform` gives, as scikit-learn's transformers do.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            An array, or a data frame whose columns are named by `get_feature_names_out`; None changes nothing.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For another name.
        """
        if transform is not None:
            if transform not in _CONTAINERS:
                raise ValueError(f"output config must be in {', '.join(_CONTAINERS)}, got {transform!r}")
            self._sklearn_output_config = {"transform": transform}
        return self

    def _contained(self, rows: np.ndarray, X: Any, size: Tuple[int, int, int]) -> Any:
        """Rows as they were asked for: of this object, else of scikit-learn as a whole."""
        chosen = getattr(self, "_sklearn_output_config", {}).get("transform")
        if chosen is None:
            sklearn = sys.modules.get("sklearn")
            settings = sklearn.get_config() if sklearn is not None and hasattr(sklearn, "get_config") else {}
            chosen = settings.get("transform_output", "default")
        if chosen == "pandas":
            pandas: Any = importlib.import_module("pandas")
            return pandas.DataFrame(rows, getattr(X, "index", None), self._names(size), copy=False)
        if chosen == "polars":
            polars: Any = importlib.import_module("polars")
            return polars.DataFrame(rows, list(self._names(size)), orient="row")
        return rows

    def transform(self, X: Any) -> np.ndarray:
        """The rows of images as a matrix.

        Parameters
        ----------
        X : array_like of shape (N, H, W), (N, H, W, C) or (N, pixels)
            Images as `__call__` takes them, of which there is always a batch: three axes are gray images. A matrix
            holds one image a row where `image_shape` is set, as (H, W) or (H, W, C).

        Returns
        -------
        numpy.ndarray of shape (N, columns)
            float32; a data frame where `set_output` says so.

        Raises
        ------
        ValueError, TypeError
            As `__call__` does; and where images differ in size from those of `fit`.
        """
        return self._transform(X, self._matrix_of_images(X))

    def _transform(self, X: Any, images: Tuple[np.ndarray, str]) -> np.ndarray:
        array, order = images
        if hasattr(self, "n_features_in_"):
            check_columns(self, X, int(np.prod(array.shape[1:])), fitting=False)
            size = _size(array, order)
            if size != self._fitted_size_:
                was, now = ("x".join(map(str, size)) for size in (self._fitted_size_, size))
                raise ValueError(f"X has images of {now}, {type(self).__name__} was fitted on images of {was}")
        rows = np.empty((len(array), self.layout(array, order).count), np.float32)
        self(array, layout=order, out=rows)
        contained: np.ndarray = self._contained(rows, X, _size(array, order))
        return contained

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """`fit` and `transform` in one."""
        rows: np.ndarray = self.fit(X, y).transform(X)
        return rows

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """A name for each column of `transform`, for the images that `fit` has seen.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        numpy.ndarray of object
            For example ``hog_block_y0_block_x0_cell_y1_cell_x0_orientation8``.
        """
        if not hasattr(self, "_fitted_size_"):
            raise not_fitted(self)
        return self._names(self._fitted_size_)

    def _names(self, size: Tuple[int, int, int]) -> np.ndarray:
        layout = self.layout(size)
        names = [self.name]
        for axis, length in zip(layout.axes, layout.shape):
            labels = layout.labels.get(axis)
            ends = [f"{axis}{index}" for index in range(length)]
            if labels is not None:
                ends = [label.replace(" ", "_") or end for label, end in zip(labels, ends)]
            names = [f"{name}_{end}" for name in names for end in ends]
        return np.asarray(names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        """True: there is nothing to learn."""
        return True

    def __sklearn_tags__(self) -> Any:
        """scikit-learn's tags: a transformer that needs no fit."""
        return self._tags(
            "transformer",
            requires_fit=False,
            input={"two_d_array": self.image_shape is not None, "three_d_array": True},
        )


def _size(array: np.ndarray, order: str) -> Tuple[int, int, int]:
    """Height, width and channels of images."""
    sizes = dict(zip(order, array.shape))
    return sizes["H"], sizes["W"], sizes.get("C", 1)
