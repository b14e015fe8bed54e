"""A data set of PyTorch over a feature file."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch.utils.data import Dataset, get_worker_info

from ._arguments import PathLike
from ._feature_file import FeatureFile
from ._feature_rows import FeatureRows


class Sample(Tuple[Any, ...]):
    """One row with its label. A batch of them is collated as it was read: at once."""


class Batch(Sequence[Any]):
    """Rows that were read at once: a list of samples for those who look into it, ready tensors for PyTorch."""

    def __init__(self, parts: Tuple[Any, ...], count: int, bare: bool) -> None:
        self.parts = parts
        self._count = count
        self._bare = bare

    @property
    def ready(self) -> Any:
        """What a batch of the loader is."""
        return self.parts[0] if self._bare else list(self.parts)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return Sample(_at(part, index) for part in self.parts)


def _at(part: Any, index: int) -> Any:
    return {name: rows[index] for name, rows in part.items()} if isinstance(part, dict) else part[index]


def _collate(batch: Any, *, collate_fn_map: Optional[Dict[Any, Callable[..., Any]]] = None) -> Any:
    """What the default collation does with samples: those of one batch are together already."""
    if isinstance(batch, Batch):
        return batch.ready
    from torch.utils.data import default_collate

    return default_collate([tuple(sample) if len(sample) > 1 else sample[0] for sample in batch])


def _register() -> None:
    try:
        from torch.utils.data._utils.collate import default_collate_fn_map
    except ImportError:  # an older PyTorch collates the samples one by one
        return
    default_collate_fn_map[Sample] = _collate


_register()


def _memory(shape: Tuple[int, ...]) -> torch.Tensor:
    """An empty float32 tensor, in a worker where the loader's process sees it too: nothing is copied over then."""
    if get_worker_info() is None:
        return torch.empty(shape, dtype=torch.float32)
    count = int(np.prod(shape, dtype=np.int64))
    try:
        share: Any = torch.UntypedStorage._new_shared
        tensor: torch.Tensor = torch.empty(0, dtype=torch.float32).set_(share(4 * count)).reshape(shape)
        return tensor
    except (AttributeError, TypeError):  # another PyTorch, which copies
        return torch.empty(shape, dtype=torch.float32)


class FeatureDataset(Dataset):  # type: ignore[type-arg]
    """The rows of one or several representations of a split of a feature file, with their labels.

    A plain ``DataLoader(dataset, batch_size=256, shuffle=True)`` reads each batch in one call into one tensor.
    Workers may be forked or spawned; each opens the file for itself.

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
        self.several = not isinstance(representations, str)
        self.representations: Tuple[str, ...] = (
            (representations,) if isinstance(representations, str) else tuple(representations)
        )
        self.flatten = flatten
        self.threads = threads
        part = self.file[split]
        self._features: List[FeatureRows] = [part[name] for name in self.representations]
        keep = np.ones(len(part), bool)
        if labeled_only:
            keep &= ~part.skipped
            if part.labels.ndim == 1:
                keep &= part.labels >= 0
        self.rows = np.flatnonzero(keep)
        self._all = bool(keep.all())
        self.labels = torch.from_numpy(np.array(part.labels)[self.rows]) if labels else None

    def __len__(self) -> int:
        return len(self.rows)

    def _read(self, features: FeatureRows, rows: np.ndarray, threads: Optional[int]) -> torch.Tensor:
        result = _memory((len(rows), *features.shape[1:]))
        features.read(rows, out=result.numpy(), threads=threads)
        return result.flatten(1) if self.flatten else result

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Reads a batch at once; the loader calls this."""
        chosen = np.asarray(indices, dtype=np.int64)
        if chosen.size and (chosen.min() < -len(self) or chosen.max() >= len(self)):
            raise IndexError(f"index {int(chosen.max())} is not in a data set of {len(self)}")
        rows = self.rows[chosen] if not (self._all and (chosen >= 0).all()) else chosen
        threads = 1 if self.threads is None and get_worker_info() is not None else self.threads
        read = [self._read(features, rows, threads) for features in self._features]
        part: Any = dict(zip(self.representations, read)) if self.several else read[0]
        if self.labels is None:
            return Batch((part,), len(rows), bare=True)
        return Batch((part, self.labels[torch.from_numpy(chosen)]), len(rows), bare=False)

    def __getitem__(self, index: int) -> Any:
        """One row, with its label where there are labels."""
        sample = self.__getitems__([int(index)])[0]
        return tuple(sample) if self.labels is not None else sample[0]
