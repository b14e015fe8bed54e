"""What every representation can do; the classes of the catalogue are made from it."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Optional, Tuple

import numpy as np

from . import _library
from ._arguments import encode_json, thread_count, whole_number
from ._arrays import Images, checked_out, read_images
from ._layout import FeatureLayout, Features
from ._library import Handle, ImagesStruct
from ._transformer import Transformer

#: How many pixels are computed in one call of the library; rows do not depend on it.
_PIXELS_AT_ONCE = 1 << 22


class _Cache:
    """The handle of the settings as they are, and the layouts that were asked for; never pickled."""

    __slots__ = ("handle", "layouts")

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self.layouts: Dict[Tuple[int, int, int], FeatureLayout] = {}


class Representation(Transformer):
    """A fixed, hand-crafted description of images: one row of float32 an image.

    Every representation of the catalogue is a subclass, with its settings as parameters; settings are checked at the
    first use. Calling one takes images as they are and gives rows in their shape; `fit`, `transform` and
    `fit_transform` are scikit-learn's, and give a matrix. Objects may be used by several threads at once.
    """

    # What was made for the settings stands apart from them: it is neither compared nor pickled.
    __slots__ = ("_cache",)

    _settings: ClassVar[Tuple[str, ...]] = ()
    if TYPE_CHECKING:
        _cache: Optional[_Cache]

    def __init__(self) -> None:
        raise TypeError("Representation is what all have in common: make one such as mvmr.HOG(), or mvmr.create(NAME)")

    def __setattr__(self, key: str, value: Any) -> None:
        if not key.endswith("_"):
            object.__setattr__(self, "_cache", None)
        object.__setattr__(self, key, value)

    def __getstate__(self) -> Dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: Dict[str, Any]) -> None:
        object.__setattr__(self, "_cache", None)
        self.__dict__.update(state)

    # The handle and the layouts.

    def _current(self) -> _Cache:
        cache: Optional[_Cache] = self._cache
        if cache is None:
            settings = {name: _setting(name, getattr(self, name)) for name in self._settings}
            lib = _library.library()
            create = lib.representation_create_with
            cache = _Cache(Handle("representation", create, self.name.encode(), encode_json(settings)))
            object.__setattr__(self, "_cache", cache)
        return cache

    def _layout(self, cache: _Cache, height: int, width: int, channels: int) -> FeatureLayout:
        size = (height, width, channels)
        layout = cache.layouts.get(size)
        if layout is None:
            lib = _library.library()
            found = lib.json(lib.representation_layout, cache.handle.value, *size)
            layout = FeatureLayout(
                tuple(found["shape"]),
                tuple(found["axes"]),
                {axis: tuple(labels) for axis, labels in found.get("labels", {}).items()},
            )
            cache.layouts[size] = layout
        return layout

    @property
    def specification(self) -> str:
        """The text that names this representation on the command line, for example ``hog:cell_size=4``."""
        lib = _library.library()
        found = lib.json(lib.representation_description, self._current().handle.value)
        return str(found["specification"])

    def layout(self, images: Any, layout: Optional[str] = None) -> FeatureLayout:
        """The shape of a row, its axes, and what the indices along them stand for.

        Parameters
        ----------
        images : array_like or tuple of int
            Images as `__call__` takes them, or their size: ``(height, width)`` or ``(height, width, channels)``.
        layout : str, optional
            The order of the axes of `images`, as for `__call__`.

        Returns
        -------
        FeatureLayout

        Raises
        ------
        ValueError
            Where images of this size cannot be described, naming the setting.
        """
        if isinstance(images, tuple) and all(isinstance(side, (int, np.integer)) for side in images):
            if len(images) not in (2, 3):
                raise ValueError(f"size {images} is not (height, width) or (height, width, channels)")
            height, width, channels = (whole_number(side, "a side of images") for side in (*images, 1)[:3])
        else:
            read = read_images(images, layout)
            height, width, channels = read.height, read.width, read.channels
        return self._layout(self._current(), height, width, channels)

    # Computing.

    def _compute(self, images: Images, rows: np.ndarray, threads: Optional[int], cache: _Cache) -> None:
        """Computes rows: a large batch by parts, between which Python hears of a Ctrl-C."""
        lib = _library.library()
        number = 0 if threads is None else thread_count(threads)
        place, part = rows.__array_interface__["data"][0], images.number
        if images.number * images.height * images.width > _PIXELS_AT_ONCE:
            part = max(_PIXELS_AT_ONCE // (images.height * images.width), 16 * lib.processor_count)
        width = rows.size // max(images.number, 1)
        for first in range(0, max(images.number, 1), max(part, 1)):
            count = min(part, images.number - first)
            status = self._compute_part(images, first, count, place + 4 * first * width, width, number, cache)
            if status:
                self._fail(status, first)

    def _fail(self, status: int, first: int) -> None:
        try:
            _library.library().fail(status)
        except Exception as error:
            if first and getattr(error, "row", None) is not None:
                error.row += first  # type: ignore[attr-defined]
            raise

    def _compute_part(
        self, images: Images, first: int, count: int, place: int, width: int, threads: int, cache: _Cache
    ) -> int:
        steps, size = images.strides, images.array.itemsize
        described = ImagesStruct(
            images.pointer + first * steps[0] * size,
            images.dtype,
            _library.STRIDED,
            count,
            images.height,
            images.width,
            images.channels,
            steps[0] * size,
            steps[1] * size,
            steps[2] * size,
            steps[3] * size,
        )
        status: int = _library.library().representation_compute(
            cache.handle.value, ctypes.byref(described), place, 0, count * width, threads
        )
        return status

    def __call__(
        self,
        images: Any,
        *,
        layout: Optional[str] = None,
        threads: Optional[int] = None,
        out: Optional[np.ndarray] = None,
    ) -> Any:
        """Computes the row of one image, or of each of a batch.

        Parameters
        ----------
        images : numpy.ndarray, torch.Tensor, PIL.Image.Image, or a list of these
            8-bit pixels, or floating point (float32 as it is, others converted). NumPy arrays have the shape (H, W),
            (H, W, C) or (N, H, W, C), PyTorch tensors (H, W), (C, H, W) or (N, C, H, W), C being 1 or 3. Any strides:
            nothing is copied. Tensors must be on the processor.
        layout : {"HW", "HWC", "CHW", "NHW", "NHWC", "NCHW"}, optional
            The order of the axes, where it is another.
        threads : int, optional
            How many threads to use; by default the object's `threads`, and where that is None every processor.
            Values do not depend on it.
        out : numpy.ndarray, optional
            C-contiguous float32 memory for the result, of its shape or of as many values; it may be that of the images.

        Returns
        -------
        Features or torch.Tensor
            float32, shaped as `layout` says, with an axis for the images in front where there are several. Tensors
            give a tensor, all else a NumPy array whose attributes `axes` and `labels` say what it holds.

        Raises
        ------
        TypeError
            For values that are neither uint8 nor floating point, floats where only bytes are taken, and tensors on
            other devices.
        ValueError
            For shapes that are no images, settings out of range, and pixels that are not finite; the attribute `row`
            of the error is the image.
        """
        read = read_images(images, layout)
        cache = self._current()
        found = self._layout(cache, read.height, read.width, read.channels)
        shape = found.shape if read.single else (read.number, *found.shape)
        given = None if out is None else checked_out(out, shape)
        # Memory that holds pixels as well takes the rows when all are computed: theirs may be still to be read.
        direct = given is not None and not np.may_share_memory(given, read.array)
        rows = given if given is not None and direct else np.empty(shape, np.float32)
        self._compute(read, rows, self.threads if threads is None else threads, cache)
        if given is not None:
            if not direct:
                given.reshape(shape)[...] = rows
            return given
        if read.tensor:
            import torch

            return torch.from_numpy(rows)
        features = rows.view(Features)
        features.axes = found.axes if read.single else ("row", *found.axes)
        features.labels = found.labels
        return features

    def picture(self, image: Any, layout: Optional[str] = None) -> np.ndarray:
        """A picture of what the representation sees in one image, for people to look at.

        Parameters
        ----------
        image : array_like
            One image, as `__call__` takes it.
        layout : str, optional
            The order of its axes.

        Returns
        -------
        numpy.ndarray
            uint8 of shape (H, W, 3), at least 256 pixels high and wide.
        """
        read = read_images(image, layout)
        if read.number != 1:
            raise ValueError(f"a picture is of one image, not of {read.number}")
        size = read.array.itemsize
        described = ImagesStruct(
            read.pointer, read.dtype, _library.STRIDED, 1, read.height, read.width, read.channels, 0,
            *(step * size for step in read.strides[1:]),
        )  # fmt: skip
        lib = _library.library()
        given = ctypes.c_void_p()
        bytes_, height, width = ctypes.c_int64(), ctypes.c_int64(), ctypes.c_int64()
        lib.check(
            lib.representation_picture(
                self._current().handle.value, ctypes.byref(described), 0, ctypes.byref(given), ctypes.byref(bytes_),
                ctypes.byref(height), ctypes.byref(width),
            )  # fmt: skip
        )
        try:
            pixels = np.frombuffer(ctypes.string_at(given.value or 0, bytes_.value), np.uint8)
        finally:
            lib.free(given)
        picture: np.ndarray = pixels.reshape(height.value, width.value, 3).copy()
        return picture


def _setting(name: str, value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, int, float, str, np.bool_, np.integer, np.floating)):
        return value
    raise TypeError(f"setting {name} is {value!r}: give a number, a text or a truth value")
