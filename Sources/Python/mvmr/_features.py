"""Feature files: splits, labels, ids, and rows read at random."""

from __future__ import annotations

import ctypes
import os
import threading
from types import TracebackType
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple, Type, Union

import numpy as np

from . import _library
from ._arrays import is_tensor, tensor_to_numpy
from ._library import Handle, Progress, ProgressFunction, encode_path, progress_bar, thread_count

PathLike = Union[str, "os.PathLike[str]"]


class FeatureFile:
    """A feature file that `mvmr extract`, `mvmr embed` or `mvmr.extract` wrote, opened for reading.

    It maps names to splits, and a split maps names to rows: ``file["train"]["hog"][:100]``. Objects may be used by
    several threads at once, pickled, and used in forked and spawned processes, each of which opens the file for
    itself.

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Attributes
    ----------
    path : str
        The absolute path.
    dataset : str
        The name of the data set.
    class_names : tuple of str
        The name of each class, by label; may be empty.
    splits : tuple of str
        The names of the splits, in order.
    complete : bool
        Whether all rows are there.
    description : dict
        All that `mvmr inspect --json` says.

    Raises
    ------
    FileNotFoundError
        Where there is no such file.
    ValueError
        Where it is no feature file, or is damaged.
    OSError
        Where it cannot be read.

    Examples
    --------
    >>> with mvmr.FeatureFile("features.h5") as file:
    ...     train = file["train"]
    ...     rows, labels = train["hog"][[5, 3, 1]], train.labels[[5, 3, 1]]
    """

    def __init__(self, path: PathLike) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self._prepare()
        lib = _library.library()
        self.description: Dict[str, Any] = lib.json(lib.feature_file_description, self._handle())
        self.dataset = str(self.description.get("dataset", ""))
        self.class_names: Tuple[str, ...] = tuple(self.description.get("class_names") or ())
        self.complete = bool(self.description.get("complete", True))
        self._splits = {split["name"]: Split(self, split) for split in self.description["splits"]}
        self.splits: Tuple[str, ...] = tuple(self._splits)

    def _prepare(self) -> None:
        self._lock = threading.Lock()
        self._opened: Optional[Tuple[int, Handle]] = None
        self._closed = False

    def _handle(self) -> int:
        """The handle of this process."""
        if self._closed:
            raise ValueError(f"feature file {self.path} is closed: open it again with mvmr.FeatureFile(path)")
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            with _fresh_lock(self):
                opened = self._opened
                if opened is None or opened[0] != os.getpid():
                    create = _library.library().feature_file_open
                    opened = (os.getpid(), Handle("feature_file", create, encode_path(self.path)))
                    self._opened = opened
        value = opened[1].value
        if value is None:
            raise ValueError(f"feature file {self.path} is closed: open it again with mvmr.FeatureFile(path)")
        return value

    def __getstate__(self) -> Dict[str, Any]:
        state = dict(self.__dict__)
        for key in ("_lock", "_opened"):
            del state[key]
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self._prepare()
        self.__dict__.update(state)

    def __getitem__(self, split: str) -> "Split":
        if split not in self._splits:
            raise KeyError(f"{split!r}: {self.path} has the splits {', '.join(self.splits)}")
        return self._splits[split]

    def __iter__(self) -> Iterator[str]:
        return iter(self._splits)

    def __len__(self) -> int:
        return len(self._splits)

    def __contains__(self, split: object) -> bool:
        return split in self._splits

    def keys(self) -> Tuple[str, ...]:
        """The names of the splits."""
        return self.splits

    def verify(
        self,
        threads: Optional[int] = None,
        progress: Union[bool, None, ProgressFunction] = False,
    ) -> Dict[str, Any]:
        """Compares the checksum of every finished block, and checks every value and label.

        Parameters
        ----------
        threads : int, optional
            None for every processor.
        progress : bool or callable, optional
            Whether to show a bar, None for one on a terminal alone, or a function of (done, total).

        Returns
        -------
        dict
            What was checked: bytes, blocks, missing_blocks, seconds.

        Raises
        ------
        ValueError
            Names the first fault.
        KeyboardInterrupt
            Where Ctrl-C stopped it.
        """
        lib = _library.library()
        function, done = progress_bar(progress, "verify")
        try:
            with Progress(function) as heard:
                found: Dict[str, Any] = lib.json(
                    lib.feature_file_verify, self._handle(), thread_count(threads), heard.callback, None
                )
                return found
        finally:
            done()

    def close(self) -> None:
        """Closes the file; its rows can no longer be read. A second time does nothing."""
        self._closed = True
        opened, self._opened = self._opened, None
        if opened is not None and opened[0] == os.getpid():
            opened[1].close()
        for split in self._splits.values():
            split._close()

    def __enter__(self) -> "FeatureFile":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = ", closed" if self._closed else ""
        return f"<FeatureFile {self.path!r}: {', '.join(self.splits)}{state}>"


def _fresh_lock(owner: Any) -> threading.Lock:
    """The lock of an object; in a forked child a new one, as another thread may have held the old one."""
    pid = os.getpid()
    if owner.__dict__.get("_lock_pid", pid) != pid:
        owner._lock = threading.Lock()
    owner.__dict__["_lock_pid"] = pid
    lock: threading.Lock = owner._lock
    return lock


class Split:
    """The rows of one split of a feature file, by the name of their representation.

    Attributes
    ----------
    name : str
        The name of the split.
    representations : tuple of str
        The names under which representations are stored.
    """

    def __init__(self, file: FeatureFile, described: Mapping[str, Any]) -> None:
        self._file = file
        self.name = str(described["name"])
        self._rows = int(described["rows"])
        self._described = {entry["name"]: dict(entry) for entry in described["representations"]}
        self._several = bool(described.get("label_classes"))
        self.representations: Tuple[str, ...] = tuple(self._described)
        self._features: Dict[Tuple[str, bool], FeatureRows] = {}
        self._known: Dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.representations)

    def __contains__(self, name: object) -> bool:
        return name in self._described

    def keys(self) -> Tuple[str, ...]:
        """The names of the representations."""
        return self.representations

    def __getitem__(self, name: str) -> "FeatureRows":
        return self.rows(name)

    def rows(self, name: str, allow_missing: bool = False) -> "FeatureRows":
        """The rows of a representation.

        Parameters
        ----------
        name : str
            The name it is stored under.
        allow_missing : bool
            Whether rows that are not computed yet may be read, whatever they hold.

        Returns
        -------
        FeatureRows

        Raises
        ------
        KeyError
            Where the split has no such representation.
        ValueError
            Where rows are missing.
        """
        if name not in self._described:
            raise KeyError(f"{name!r}: the split {self.name} has {', '.join(self.representations) or 'nothing'}")
        key = (name, allow_missing)
        if key not in self._features:
            self._features[key] = FeatureRows(self, name, allow_missing)
        return self._features[key]

    def _close(self) -> None:
        for rows in self._features.values():
            rows._close()

    def _read(self, name: str) -> np.ndarray:
        array = self._known.get(name)
        if array is None:
            array = getattr(self, f"_read_{name}")()
            array.flags.writeable = False
            self._known[name] = array
        return array

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_known": {}}

    def _read_labels(self) -> np.ndarray:
        lib, handle, name = _library.library(), self._file._handle(), self.name.encode()
        if not self._several:
            labels = np.empty(self._rows, np.int64)
            lib.check(lib.feature_file_labels(handle, name, _library.address(labels), labels.size))
            return labels
        classes = ctypes.c_int64()
        lib.check(lib.feature_file_label_columns(handle, name, None, 0, ctypes.byref(classes)))
        columns = np.empty((self._rows, classes.value), np.uint8)
        lib.check(
            lib.feature_file_label_columns(
                handle, name, _library.address(columns), columns.size, ctypes.byref(classes)
            )
        )
        return columns

    def _read_ids(self) -> np.ndarray:
        lib = _library.library()
        given, width = ctypes.c_void_p(), ctypes.c_int64()
        lib.check(
            lib.feature_file_ids(self._file._handle(), self.name.encode(), ctypes.byref(given), ctypes.byref(width))
        )
        try:
            size = self._rows * width.value
            packed = np.frombuffer(ctypes.string_at(given.value or 0, size), f"S{max(width.value, 1)}")
        finally:
            lib.free(given)
        return np.char.decode(packed, "utf-8") if len(packed) else np.empty(0, "U1")

    def _read_skipped(self) -> np.ndarray:
        lib = _library.library()
        marks = np.zeros(self._rows, np.uint8)
        lib.check(
            lib.feature_file_skipped(self._file._handle(), self.name.encode(), _library.address(marks), marks.size)
        )
        return marks.astype(bool)

    @property
    def labels(self) -> np.ndarray:
        """int64 (N,), -1 where there is none; of rows with several uint8 (N, classes): 1, 0, or 255 for ignored."""
        return self._read("labels")

    @property
    def ids(self) -> np.ndarray:
        """Texts (N,): where each row came from, for example the path of its image."""
        return self._read("ids")

    @property
    def skipped(self) -> np.ndarray:
        """bool (N,): rows whose images could not be read; their features are NaN."""
        return self._read("skipped")

    def labeled(self, name: str) -> Tuple[np.ndarray, np.ndarray]:
        """The rows that have a label and an image, as scikit-learn takes them.

        Parameters
        ----------
        name : str
            The name of a representation.

        Returns
        -------
        rows : numpy.ndarray of shape (n, columns)
            float32.
        labels : numpy.ndarray
            int64 (n,), or uint8 (n, classes) where rows have several.
        """
        keep = ~self.skipped
        if self.labels.ndim == 1:
            keep &= self.labels >= 0
        rows = self[name]
        if keep.all():
            return rows.read().reshape(len(rows), -1), self.labels
        return rows.read(np.flatnonzero(keep)).reshape(int(keep.sum()), -1), self.labels[keep]

    def __repr__(self) -> str:
        return f"<Split {self.name!r}: {self._rows} rows of {', '.join(self.representations)}>"


class FeatureRows:
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
        self._split = split
        self.name = name
        self._allow_missing = allow_missing
        self._prepare()
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

    def _prepare(self) -> None:
        self._lock = threading.Lock()
        self._opened: Optional[Tuple[int, Handle]] = None

    def _handle(self) -> int:
        opened, file = self._opened, self._split._file
        if file._closed:
            file._handle()
        if opened is None or opened[0] != os.getpid():
            with _fresh_lock(self):
                opened = self._opened
                if opened is None or opened[0] != os.getpid():
                    handle = Handle(
                        "features",
                        _library.library().feature_file_features,
                        file._handle(),
                        self._split.name.encode(),
                        self.name.encode(),
                        int(self._allow_missing),
                    )
                    opened = self._opened = (os.getpid(), handle)
        value = opened[1].value
        if value is None:
            file._handle()
            raise ValueError(f"rows of {self.name} are closed")
        return value

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None and opened[0] == os.getpid():
            opened[1].close()

    def __getstate__(self) -> Dict[str, Any]:
        state = dict(self.__dict__)
        for key in ("_lock", "_opened"):
            del state[key]
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self._prepare()
        self.__dict__.update(state)

    def __len__(self) -> int:
        return self.shape[0]

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
            from ._representation import _checked_out

            result = _checked_out(out, shape)
        lib, place = _library.library(), _library.address(result)
        if indices is None:
            status = lib.features_read_range(
                self._handle(), first, count, place, 0, result.size, thread_count(threads)
            )
        else:
            status = lib.features_read(
                self._handle(), _library.address(indices), count, place, 0, result.size, thread_count(threads)
            )
        lib.check(status)
        return result.reshape(shape) if out is None else out

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
        found = array.astype(np.int64)
        found[found < 0] += len(self)
        if int(found.min()) < 0 or int(found.max()) >= len(self):
            bad = int(array[(found < 0) | (found >= len(self))][0])
            raise IndexError(f"row {bad} is not there: {self.name} has {len(self)} rows")
        return np.ascontiguousarray(found)

    def __getitem__(self, key: Any) -> np.ndarray:
        rest: Tuple[Any, ...] = ()
        if isinstance(key, tuple):
            key, rest = (key[0], key[1:]) if key else (slice(None), ())
        if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
            one: np.ndarray = self.read([int(key)])[0]
            return one[rest] if rest else one
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
        return result[(slice(None),) + rest] if rest else result

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> np.ndarray:
        result = self.read()
        return result if dtype is None else result.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"<FeatureRows {self.name!r} of {self._split.name!r}: {self.shape}, stored as {self.stored}>"


