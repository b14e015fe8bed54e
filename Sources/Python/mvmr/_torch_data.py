"""A data set of PyTorch over a feature file."""

from __future__ import annotations

import functools
import uuid
import weakref
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch.utils.data import Dataset, get_worker_info

from ._arguments import PathLike, thread_count
from ._feature_file import FeatureFile
from ._feature_rows import FeatureRows
from ._memory import Recycler
from ._torch_batch import Batch, register

register()


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


class FeatureDataset(Dataset):  # type: ignore[type-arg]
    """The rows of one or several representations of a split of a feature file, with their labels.

    A plain ``DataLoader(dataset, batch_size=256, shuffle=True)`` reads each batch in one call into one tensor, whose
    memory is used again when nobody holds it any more. Workers may be forked or spawned; they tell this process which
    rows to read, unless something of yours looks at the rows there. `FeatureLoader` is faster yet.

    Parameters
    ----------
    file : str, os.PathLike or FeatureFile
        The feature file.
    split : str
        The split, for example ``"train"``.
    representations : str or sequence of str
        The names they are stored under. One name gives a tensor, a sequence a dict of tensors by name.
    labels : bool, default True
        Whether a label comes with each row: int64, -1 for none, or uint8 (classes,) where rows have several.
    labeled_only : bool, default False
        Leaves out rows without a label, and those whose image could not be read.
    flatten : bool, default False
        Whether rows are vectors, not shaped by their layout.
    threads : int, optional
        Threads that read; by default all, and one in a worker.

    Attributes
    ----------
    rows : numpy.ndarray
        int64, the row of the file that each item is.

    Raises
    ------
    FileNotFoundError, ValueError, KeyError
        Where there is no such file, it is none, or has no such split or representation.

    Examples
    --------
    >>> dataset = mvmr.torch.FeatureDataset("features.h5", "train", "hog", flatten=True)
    >>> for rows, labels in torch.utils.data.DataLoader(dataset, batch_size=256, shuffle=True):
    ...     ...
    """

    def __init__(
        self,
        file: Union[PathLike, FeatureFile],
        split: str,
        representations: Union[str, Sequence[str]],
        *,
        labels: bool = True,
        labeled_only: bool = False,
        flatten: bool = False,
        threads: Optional[int] = None,
    ) -> None:
        self.file = file if isinstance(file, FeatureFile) else FeatureFile(file)
        self.split = split
        several = not isinstance(representations, str)
        names = (representations,) if isinstance(representations, str) else tuple(representations)
        if not names:
            raise ValueError("representations is empty: name at least one")
        self.representations: Tuple[str, ...] = names
        self.flatten = flatten
        thread_count(threads)
        self.threads = threads
        self._source = Rows(self.file, split, names, several, flatten)
        part = self.file[split]
        keep = np.ones(len(part), bool)
        if labeled_only:
            keep &= ~part.skipped
            if part.labels.ndim == 1:
                keep &= part.labels >= 0
        self.rows = np.flatnonzero(keep)
        self._all = bool(keep.all())
        self._labels = np.array(part.labels)[self.rows] if labels else None

    @property
    def labels(self) -> Optional[torch.Tensor]:
        """The label of each item; None where they were not asked for."""
        return None if self._labels is None else torch.from_numpy(self._labels)

    def __len__(self) -> int:
        return len(self.rows)

    def wanted(self, items: np.ndarray) -> Wanted:
        """What items are to be read: int64 numbers, of which negative ones count from the end."""
        if items.size and (int(items.min()) < 0 or int(items.max()) >= len(self)):
            items = np.where(items < 0, items + len(self), items)
            bad = (items < 0) | (items >= len(self))
            if bad.any():
                raise IndexError(f"item {int(items[bad][0])} is not in a data set of {len(self)}")
        labels = None if self._labels is None else self._labels.take(items, 0)
        return Wanted(self._source, items if self._all else self.rows.take(items), labels, self.threads)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """A batch, which is read at once where it is looked at; the loader calls this."""
        return Batch(self.wanted(np.asarray(indices, dtype=np.int64)))

    def __getitem__(self, index: int) -> Any:
        """One row, with its label where there are labels."""
        return self.__getitems__([int(index)]).sample(0)
