"""Images and rows of NumPy, PyTorch and Pillow as memory that the library reads in place."""

from __future__ import annotations

import os
import sys
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

UINT8 = 0
FLOAT32 = 1

#: The number of channels that images may have where nobody said which axis is the channels'.
_CHANNELS = (1, 3)
_LAST = {2: "HW", 3: "HWC", 4: "NHWC"}
_FIRST = {2: "HW", 3: "CHW", 4: "NCHW"}
#: The floating-point types that PyTorch and NumPy share.
_FLOATS = ("torch.float16", "torch.float32", "torch.float64")
_LAYOUTS = ("HW", "HWC", "CHW", "NHW", "NHWC", "NCHW")


class Images(NamedTuple):
    """A batch of images where it lies in memory; strides are in values, not bytes."""

    array: np.ndarray  # keeps the memory alive; uint8 or float32
    pointer: int
    dtype: int
    number: int
    height: int
    width: int
    channels: int
    strides: Tuple[int, int, int, int]  # from image to image, row to row, column to column, channel to channel
    single: bool  # one image without an axis of its own for the batch
    tensor: bool  # torch gave it, torch gets the result


def torch_if_loaded() -> Any:
    """The module torch where this process has imported it; who has a tensor has imported it."""
    return sys.modules.get("torch")


def is_tensor(value: object) -> bool:
    """Whether `value` is a tensor of PyTorch; PyTorch is not imported to find out."""
    torch = torch_if_loaded()
    return torch is not None and isinstance(value, getattr(torch, "Tensor", ()))


def is_pillow(value: object) -> bool:
    """Whether `value` is an image of Pillow; Pillow is not imported to find out."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def tensor_to_numpy(tensor: Any, what: str) -> np.ndarray:
    """The memory of a tensor as a NumPy array, of the types that NumPy has; no copy but of bfloat16."""
    if tensor.device.type != "cpu":
        raise TypeError(f"{what} are on {tensor.device}; mvmr computes on the processor: give {what}.cpu()")
    if tensor.requires_grad:
        raise ValueError(f"{what} require a gradient, which this has none of: give {what}.detach()")
    if tensor.is_quantized:
        raise TypeError(f"{what} are quantized: give {what}.dequantize()")
    if str(tensor.layout) != "torch.strided" or getattr(tensor, "is_nested", False):
        raise TypeError(f"{what} are not one dense array: give {what}.to_dense(), or a list of tensors")
    if tensor.is_floating_point() and str(tensor.dtype) not in _FLOATS:
        tensor = tensor.float()
    try:
        return np.asarray(tensor.resolve_conj().resolve_neg().numpy())
    except (RuntimeError, TypeError) as error:
        raise TypeError(f"{what} cannot be read as an array: {error}") from None


def _from_pillow(image: Any) -> np.ndarray:
    if image.mode not in ("L", "RGB"):
        raise ValueError(f"image has Pillow's mode {image.mode}; mvmr takes L and RGB: give image.convert('RGB')")
    return np.asarray(image)


def _is_nested(images: Sequence[Any]) -> bool:
    """Whether a list is an array written out in lists of numbers, not a list of images."""
    while len(images):
        first = images[0]
        if isinstance(first, (bool, int, float, complex, np.generic)):
            return True
        if not isinstance(first, (list, tuple)):
            return False
        images = first
    return False


def _from_list(images: Sequence[Any]) -> Tuple[np.ndarray, Optional[str], bool]:
    """Images of a list as one batch, with the layout that follows from their kind, and whether they were tensors."""
    if len(images) == 0:
        raise ValueError("list of images is empty: give at least one image, or an array of shape (0, H, W, C)")
    tensors = all(is_tensor(image) for image in images)
    mixed = not tensors and any(is_tensor(image) for image in images)
    arrays: List[np.ndarray] = []
    for index, image in enumerate(images):
        if is_pillow(image):
            array = _from_pillow(image)
        elif is_tensor(image):
            array = tensor_to_numpy(image, "images")
        else:
            array = _from_anything(image, f"image {index} of the list")
        if mixed and array.ndim == 3:
            raise ValueError(
                "the list mixes tensors, whose channels come first, with images whose channels come last: "
                "give one kind"
            )
        if array.ndim not in (2, 3):
            raise ValueError(
                f"image {index} of the list has shape {array.shape}: each is (H, W) or with channels; "
                "give a batch as an array of its own"
            )
        if arrays and (array.shape != arrays[0].shape or array.dtype != arrays[0].dtype):
            raise ValueError(
                f"image {index} of the list is {array.dtype} {array.shape}, the first is {arrays[0].dtype} "
                f"{arrays[0].shape}: bring them to one size and type"
            )
        arrays.append(array)
    if arrays[0].ndim == 2:
        layout = "NHW"
    else:
        layout = "NCHW" if tensors else "NHWC"
    return np.stack(arrays), layout, tensors


def _from_anything(images: Any, what: str) -> np.ndarray:
    """What NumPy makes of images of another kind; what holds none is refused by its name, not as an array of it."""
    if isinstance(images, (str, bytes, os.PathLike)):
        raise TypeError(f"{what} is {images!r}: open it first, such as with PIL.Image.open")
    if images is None or isinstance(images, (dict, set, frozenset)) or hasattr(images, "__next__"):
        kind = type(images).__name__
        raise TypeError(f"{what} is of the type {kind}: give an array of uint8 or floats, or a list of images")
    return np.asarray(images)


def float32_or_uint8(array: np.ndarray, what: str = "images", tensor: bool = False) -> np.ndarray:
    """`array` as it is where it is uint8 or float32; other floats are converted, all else is refused."""
    kind = array.dtype
    if kind == np.uint8 or (kind == np.float32 and kind.isnative):
        return array
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return array.astype(np.float32)
    remedy = "give .astype(numpy.uint8) of values 0...255, or .astype(numpy.float32)"
    if tensor:
        remedy = "give .to(torch.uint8) of values 0...255, or .float()"
    raise TypeError(f"{what} are {kind}; mvmr takes uint8 and floating point: {remedy}")


def _wrong_channels(shape: Tuple[int, ...], layout: str, tensor: bool) -> ValueError:
    found = shape[layout.index("C")]
    words = f"images of shape {tuple(shape)} read as {layout} have {found} channels"
    whose = "PyTorch's order" if tensor else "NumPy's order"
    others = [other for other in (_LAST, _FIRST) if shape[other[len(shape)].index("C")] in _CHANNELS]
    if others:
        return ValueError(f"{words} ({whose}); they fit {others[0][len(shape)]}: say layout='{others[0][len(shape)]}'")
    if len(shape) == 3:
        return ValueError(f"{words}; gray images as one batch are layout='NHW'")
    return ValueError(f"{words}; mvmr takes gray (1) and RGB (3): convert them first")


def read_images(images: Any, layout: Optional[str] = None) -> Images:
    """Finds count, height, width, channels and strides of `images`; copies where the library could not read them.

    Without `layout` the channels are the last axis of NumPy arrays and Pillow images, the first of an image in
    PyTorch tensors.
    """
    if layout is not None and layout not in _LAYOUTS:
        raise ValueError(f"layout {layout!r} is not one of {', '.join(_LAYOUTS)}")
    tensor = False
    if isinstance(images, np.ndarray):
        array = images
    elif is_tensor(images):
        array, tensor = tensor_to_numpy(images, "images"), True
    elif is_pillow(images):
        array = _from_pillow(images)
    elif isinstance(images, (list, tuple)) and not _is_nested(images):
        array, listed, tensor = _from_list(images)
        if layout is None:
            layout = listed
        elif not layout.startswith("N"):
            layout = "N" + layout
    else:
        array = _from_anything(images, "images")
    refuse_masked(array, "images")
    array = float32_or_uint8(array, tensor=tensor)
    rank = array.ndim
    if layout is None:
        layout = (_FIRST if tensor else _LAST).get(rank)
        if layout is None:
            raise ValueError(
                f"images have shape {tuple(array.shape)}: give (H, W), (H, W, C) or (N, H, W, C), "
                "or PyTorch's orders with C first"
            )
        if rank > 2 and array.shape[layout.index("C")] not in _CHANNELS:
            raise _wrong_channels(array.shape, layout, tensor)
    elif len(layout) != rank:
        raise ValueError(f"images of shape {tuple(array.shape)} have {rank} axes, layout {layout!r} has {len(layout)}")
    size, strides = array.itemsize, array.strides
    if not array.flags.aligned or any(stride % size for stride in strides):
        array = np.ascontiguousarray(array)
        strides = array.strides
    sizes = dict(zip(layout, array.shape))
    steps = {axis: stride // size for axis, stride in zip(layout, strides)}
    if not (sizes["H"] and sizes["W"] and sizes.get("C", 1)):
        raise ValueError(f"images of shape {tuple(array.shape)} have no pixels")
    return Images(
        array,
        array.__array_interface__["data"][0],
        UINT8 if size == 1 else FLOAT32,
        sizes.get("N", 1),
        sizes["H"],
        sizes["W"],
        sizes.get("C", 1),
        (steps.get("N", 0), steps["H"], steps["W"], steps.get("C", 0)),
        "N" not in layout,
        tensor,
    )


def refuse_masked(array: np.ndarray, what: str) -> None:
    """Refuses arrays that say of some of their values that they are none."""
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{what} is a masked array: give .filled(VALUE)")


def any_to_numpy(values: Any, what: str) -> np.ndarray:
    """Numbers of any kind as NumPy has them, tensors included."""
    if isinstance(values, np.ma.MaskedArray):
        refuse_masked(values, what)
    return tensor_to_numpy(values, what) if is_tensor(values) else np.asarray(values)


def read_rows(values: Any, what: str = "X") -> np.ndarray:
    """`values` as a C-contiguous float32 matrix: what lies along the first axis is a row."""
    array = any_to_numpy(values, what)
    if array.dtype.kind == "c":
        raise TypeError(f"{what} is complex: give real numbers")
    if array.dtype.kind not in "fiub":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{what} is of type {array.dtype}, not of numbers: {error}") from None
    if array.ndim < 2:
        raise ValueError(
            f"Expected 2D array, got {array.ndim}D array instead: {what} has shape {array.shape}. Reshape your data "
            "to one row a sample, with X.reshape(1, -1) where it is a single sample."
        )
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(array.reshape(len(array), -1) if array.size else array, dtype=np.float32)
    if array.ndim != 2:
        raise ValueError(f"{what} of shape {array.shape} has no rows or no columns")
    return array


def read_labels(values: Any, rows: int, what: str = "y") -> np.ndarray:
    """`values` as one int64 a row."""
    array = any_to_numpy(values, what)
    if array.shape != (rows,):
        raise ValueError(f"{what} has shape {array.shape}, there are {rows} rows: give one label a row")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what} is {array.dtype}: give whole numbers")
    if array.dtype.kind == "u" and array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise ValueError(f"{what} holds {int(array.max())}: give labels below 2^63")
    return np.ascontiguousarray(array, dtype=np.int64)


def refuse_sparse(X: Any) -> None:
    if hasattr(X, "tocsr") or type(X).__module__.startswith("scipy.sparse"):
        raise TypeError("Sparse data was passed for X, but dense data is required: give X.toarray()")


def checked_out(out: Any, shape: Tuple[int, ...]) -> np.ndarray:
    count = int(np.prod(shape))
    if not isinstance(out, np.ndarray) or out.dtype != np.float32 or not out.flags.c_contiguous:
        raise TypeError("out is not a C-contiguous NumPy array of float32")
    if not out.flags.writeable:
        raise ValueError("out is read-only")
    if out.size != count:
        raise ValueError(f"out holds {out.size} values, the result has {count}: give shape {shape}")
    return out
