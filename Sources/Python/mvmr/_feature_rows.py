"""The rows of a representation in a feature file, read in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Tuple

import numpy as np

from . import _library
from ._arguments import address, thread_count
from ._arrays import checked_out, is_tensor, tensor_to_numpy
from ._library import Handle
from ._process_handle import PerProcess

if TYPE_CHECKING:
    from ._feature_split import Split


class FeatureRows(PerProcess):
    """The rows of one representation of one split, read as float32; indexed as a NumPy array is along its first axis.

    Attributes
    ----------
    name : str
        The name it is stored under.
    representation : str
        What it is: a name of the catalogue, or what another program called it.
    settings : dict
        The settings it was computed with.
    shape : tuple of int
        The number of rows, then the shape of a row.
    columns : int
        The number of values in a row.
    dtype : numpy.dtype
        What is read: float32.
    stored : str
        How values are stored: float32 or float16.
    axes : tuple of str
        The name of each axis; the first is ``row``.
    labels : mapping of str to tuple of str
        What the indices along an axis stand for, where that needs saying.
    """

    def __init__(self, split: Split, name: str, allow_missing: bool) -> None:
        super().__init__()
        self._split = split
        self.name = name
        self._allow_missing = allow_missing
        lib = _library.library()
        layout = lib.json(lib.features_layout, self._handle())
        self.shape: Tuple[int, ...] = (len(split), *layout["shape"])
        self.columns = int(np.prod(layout["shape"], dtype=np.int64))
        self.axes: Tuple[str, ...] = ("row", *layout["axes"])
        self.labels: Mapping[str, Tuple[str, ...]] = {
            axis: tuple(labels) for axis, labels in layout.get("labels", {}).items()
        }
        self.representation = str(layout.get("representation", name))
        self.settings: Dict[str, Any] = dict(layout.get("settings") or {})
        self.stored = str(layout.get("dtype", "float32"))
        self.dtype = np.dtype(np.float32)

    def _open(self) -> Handle:
        return Handle(
            "features",
            _library.library().feature_file_features,
            self._split._file._handle(),
            self._split.name.encode(),
            self.name.encode(),
            int(self._allow_missing),
        )

    def _handle(self) -> int:
        file = self._split._file
        if file._closed:
            file._handle()
        value = self._value()
        if value is None:
            file._handle()
            raise ValueError(f"rows of {self.name} are closed")
        return value

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of values."""
        return self.shape[0] * self.columns

    def read(
        self,
        rows: Any = None,
        out: Optional[np.ndarray] = None,
        threads: Optional[int] = None,
    ) -> np.ndarray:
        """Reads rows in any order.

        Parameters
        ----------
        rows : sequence of int, optional
            Which rows; negative ones count from the end. All where not given.
        out : numpy.ndarray, optional
            C-contiguous float32 memory for them.
        threads : int, optional
            None for every processor.

        Returns
        -------
        numpy.ndarray
            float32 of shape (n, *shape of a row).

        Raises
        ------
        IndexError
            For a row that is not there.
        """
        indices = None if rows is None else self._indices(rows)
        count = len(self) if indices is None else len(indices)
        return self._fill(indices, 0, count, out, threads)

    def _fill(
        self,
        indices: Optional[np.ndarray],
        first: int,
        count: int,
        out: Optional[np.ndarray],
        threads: Optional[int],
    ) -> np.ndarray:
        shape = (count, *self.shape[1:])
        if out is None:
            result = np.empty(shape, np.float32)
        else:
            result = checked_out(out, shape)
        self.fill(result, indices, threads, first, count)
        return result.reshape(shape) if out is None else out

    def fill(
        self,
        result: np.ndarray,
        indices: Optional[np.ndarray],
        threads: Optional[int],
        first: int = 0,
        count: Optional[int] = None,
    ) -> None:
        """Reads rows into C-contiguous float32 memory: those of int64 `indices`, or `count` from `first` on.

        Raises ValueError for a row that is not there.
        """
        lib, place, number = _library.library(), address(result), thread_count(threads)
        if indices is None:
            status = lib.features_read_range(self._handle(), first, count, place, 0, result.size, number)
        else:
            status = lib.features_read(
                self._handle(), address(indices), len(indices), place, 0, result.size, number
            )
        lib.check(status)

    def _indices(self, rows: Any) -> np.ndarray:
        array = tensor_to_numpy(rows, "rows") if is_tensor(rows) else np.asarray(rows)
        if array.dtype == bool:
            if array.shape != (len(self),):
                raise IndexError(f"a mask of shape {array.shape} does not fit {len(self)} rows")
            return np.flatnonzero(array)
        if array.size == 0:
            return np.empty(0, np.int64)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise IndexError(f"rows are {array.dtype} of shape {array.shape}: give whole numbers, one axis")
        # Before they are converted: large numbers of uint64 become negative ones, which count from the end.
        for bad in (int(array.min()), int(array.max())):
            if not -len(self) <= bad < len(self):
                raise IndexError(f"row {bad} is not there: {self.name} has {len(self)} rows")
        found = array.astype(np.int64)
        found[found < 0] += len(self)
        return np.ascontiguousarray(found)

    def __getitem__(self, key: Any) -> np.ndarray:
        rest: Tuple[Any, ...] = ()
        if isinstance(key, tuple):
            key, rest = (key[0], key[1:]) if key else (slice(None), ())
        if getattr(key, "shape", None) == () and str(key.dtype).replace("torch.", "").startswith(("int", "uint")):
            key = int(key)  # a number as an array or a tensor without axes
        if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
            one: np.ndarray = self.read([int(key)])[(0,) + rest]
            return one
        if key is Ellipsis:
            return self.read()[(key,) + rest]
        if key is None or isinstance(key, (bool, np.bool_)):
            raise IndexError(f"rows cannot be indexed by {key!r}: give whole numbers, a slice or a mask")
        if isinstance(key, slice):
            first, end, step = key.indices(len(self))
            if step == 1:
                result = self._fill(None, first, max(0, end - first), None, None)
            else:
                result = self.read(np.arange(first, end, step))
        else:
            result = self.read(key)
            if rest:  # numbers along several axes go together, as NumPy has it
                return result[(np.arange(len(result)),) + rest]
        return result[(slice(None),) + rest] if rest else result

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> np.ndarray:
        if copy is False:
            raise ValueError(f"rows of {self.name} lie in a file: reading them is a copy, which copy=False forbids")
        result = self.read()
        return result if dtype is None else result.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"<FeatureRows {self.name!r} of {self._split.name!r}: {self.shape}, stored as {self.stored}>"
