"""One split of a feature file: its representations, labels, ids and what was skipped."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Dict, Iterator, Mapping, Tuple

import numpy as np

from . import _library
from ._arguments import address
from ._feature_rows import FeatureRows

if TYPE_CHECKING:
    from ._feature_file import FeatureFile


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

    def values(self) -> Tuple[FeatureRows, ...]:
        """The rows of each representation."""
        return tuple(self[name] for name in self.representations)

    def items(self) -> Tuple[Tuple[str, FeatureRows], ...]:
        """The rows of each representation, with its name."""
        return tuple((name, self[name]) for name in self.representations)

    def get(self, name: str, default: Any = None) -> Any:
        """The rows of a representation, or `default` where there is none."""
        return self[name] if name in self._described else default

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
            lib.check(lib.feature_file_labels(handle, name, address(labels), labels.size))
            return labels
        classes = ctypes.c_int64()
        lib.check(lib.feature_file_label_columns(handle, name, None, 0, ctypes.byref(classes)))
        columns = np.empty((self._rows, classes.value), np.uint8)
        lib.check(
            lib.feature_file_label_columns(
                handle, name, address(columns), columns.size, ctypes.byref(classes)
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
            lib.feature_file_skipped(self._file._handle(), self.name.encode(), address(marks), marks.size)
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
