"""What a data set of PyTorch reads: rows of a feature file, in this process or for another one."""

from __future__ import annotations

import functools
import uuid
import weakref
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import torch
from torch.utils.data import get_worker_info

from ._feature_file import FeatureFile
from ._feature_rows import FeatureRows
from ._memory import Recycler


class Rows:
    """The representations that a data set reads, with the memory that they are read into."""

    #: Those of this process by their mark, which their copies in other processes have as well.
    _known: "weakref.WeakValueDictionary[str, Rows]" = weakref.WeakValueDictionary()

    def __init__(self, file: FeatureFile, split: str, names: Tuple[str, ...], several: bool, flatten: bool) -> None:
        self.file = file
        self.split = split
        self.names = names
        self.several = several
        self.flatten = flatten
        self._mark = uuid.uuid4().hex
        self._prepare()

    def _prepare(self) -> None:
        part = self.file[self.split]
        self.features: List[FeatureRows] = [part[name] for name in self.names]
        self._memory = [Recycler() for _ in self.names]
        self._quiet, self._pause = 0, 0
        Rows._known.setdefault(self._mark, self)

    def __getstate__(self) -> Dict[str, Any]:
        # Written out rather than as it is: who reads it elsewhere opens the file for himself.
        return {name: getattr(self, name) for name in ("split", "names", "several", "flatten", "_mark", "file")}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def read(self, rows: np.ndarray, threads: Optional[int], pinned: bool = False) -> Any:
        """A tensor of rows, or a dict of them by name."""
        found = [
            self._tensor(features, memory, rows, threads, pinned)
            for features, memory in zip(self.features, self._memory)
        ]
        return dict(zip(self.names, found)) if self.several else found[0]

    def _tensor(
        self, features: FeatureRows, memory: Recycler, rows: np.ndarray, threads: Optional[int], pinned: bool
    ) -> torch.Tensor:
        shape = (len(rows), features.columns) if self.flatten else (len(rows), *features.shape[1:])
        if pinned or get_worker_info() is not None:
            result = _shared(shape) if not pinned else torch.empty(shape, dtype=torch.float32, pin_memory=True)
            features.fill(result.numpy(), rows, threads)
            return result
        array = memory.empty(shape)
        features.fill(array, rows, threads)
        return torch.from_numpy(array)

    def look_ahead(self, rows: np.ndarray) -> None:
        """Reads rows of which another process will copy what is then in memory.

        While that takes nothing from a disk it is done ever more seldom.
        """
        if self._pause > 0:
            self._pause -= 1
            return
        before = _faults()
        for features, memory in zip(self.features, self._memory):
            features.fill(memory.empty((len(rows), features.columns)), rows, 1)
        self._quiet = 0 if _faults() > before else min(2 * self._quiet + 1, 63)
        self._pause = self._quiet


def _faults() -> int:
    """How many pages this process had to wait for a disk for."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt


def _shared(shape: Tuple[int, ...]) -> torch.Tensor:
    """An empty float32 tensor where the loader's process sees it, too: nothing is copied over then."""
    count = int(np.prod(shape, dtype=np.int64))
    try:
        share: Any = torch.UntypedStorage._new_shared
        tensor: torch.Tensor = torch.empty(0, dtype=torch.float32).set_(share(4 * count)).reshape(shape)
        return tensor
    except (AttributeError, TypeError):  # another PyTorch, which copies
        return torch.empty(shape, dtype=torch.float32)


class Wanted:
    """Which rows of what a batch is, and their labels; small enough to be handed to another process."""

    def __init__(
        self, source: Rows, rows: np.ndarray, labels: Optional[np.ndarray], threads: Optional[int]
    ) -> None:
        self.source = source
        self.rows = rows
        self.labels = labels
        self.threads = threads

    def read(self, pinned: bool = False) -> Any:
        """Rows, or a list of rows and labels."""
        threads = 1 if self.threads is None and get_worker_info() is not None else self.threads
        found = self.source.read(self.rows, threads, pinned)
        if self.labels is None:
            return found
        labels = torch.from_numpy(self.labels)
        return [found, labels.pin_memory() if pinned else labels]

    def look_ahead(self) -> None:
        """Brings what a disk still has into memory, for the process that will read."""
        self.source.look_ahead(self.rows)

    def __reduce__(self) -> Any:
        source = self.source
        named = (source._mark, source.file.path, source.split, source.names, source.several, source.flatten)
        return (_wanted, (named, self.rows, self.labels, self.threads))


def _wanted(named: Tuple[Any, ...], rows: np.ndarray, labels: Optional[np.ndarray], threads: Optional[int]) -> Wanted:
    source = Rows._known.get(named[0])
    return Wanted(_opened(*named[1:]) if source is None else source, rows, labels, threads)


@functools.lru_cache(maxsize=4)
def _opened(path: str, split: str, names: Tuple[str, ...], several: bool, flatten: bool) -> Rows:
    """For a process that had no such data set."""
    return Rows(FeatureFile(path), split, names, several, flatten)
