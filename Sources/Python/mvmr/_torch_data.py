"""A data set of PyTorch over a feature file."""

from __future__ import annotations

from typing import Any, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch.utils.data import Dataset

from ._arguments import PathLike, thread_count
from ._feature_file import FeatureFile
from ._torch_batch import Batch, register
from ._torch_rows import Rows, Wanted

register()


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

    @property
    def reads_at_once(self) -> bool:
        """Whether items are what this class says: one that derives from it and gives others gives them one by one."""
        return type(self).__getitem__ is FeatureDataset.__getitem__

    def __getitems__(self, indices: Sequence[int]) -> Sequence[Any]:
        """A batch, which is read at once where it is looked at; the loader calls this."""
        if not self.reads_at_once:
            return [self[index] for index in indices]
        return Batch(self.wanted(_numbers(indices)))

    def __getitem__(self, index: Any) -> Any:
        """One row, with its label where there are labels; of several numbers or a slice all of them at once.

        Parameters
        ----------
        index : int, slice or sequence of int
            Which items.

        Returns
        -------
        torch.Tensor or dict of str to torch.Tensor
            Rows alone, where there are no labels; else a tuple of these and labels.

        Raises
        ------
        IndexError, TypeError
            For an item that is not there, and what is no whole number.
        """
        if isinstance(index, slice):
            index = np.arange(*index.indices(len(self)))
        items = _numbers(index)
        if items.ndim == 0:
            return Batch(self.wanted(items[None])).sample(0)
        found = self.wanted(items).read()
        return found if self._labels is None else tuple(found)


def _numbers(indices: Any) -> np.ndarray:
    """Whole numbers as int64; nothing is rounded."""
    array = np.asarray(indices)
    if array.size == 0 and array.ndim == 1:
        return np.empty(0, np.int64)
    if array.dtype.kind not in "iu" or array.ndim > 1:
        raise TypeError(f"items are {array.dtype} of shape {array.shape}: give whole numbers, or a slice")
    if array.dtype.kind == "u" and int(array.max()) > np.iinfo(np.int64).max:  # it would become a negative one
        raise IndexError(f"item {int(array.max())} is in no data set")
    return np.ascontiguousarray(array, np.int64).reshape(array.shape)
