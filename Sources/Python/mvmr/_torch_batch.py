"""Batches of rows between a data set and PyTorch's loader: read at once, and as late as can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Optional

import torch
from torch.utils.data import get_worker_info

if TYPE_CHECKING:
    from ._torch_rows import Wanted


class Batch(Sequence):  # type: ignore[type-arg]
    """Rows of one batch: a list of samples for those who look into it, ready tensors for PyTorch.

    Nothing is read before somebody looks.
    """

    def __init__(self, wanted: "Wanted") -> None:
        self._wanted = wanted
        self._read: Any = None

    @property
    def ready(self) -> Any:
        """What a batch of the loader is: rows, or a list of rows and labels."""
        if self._read is None:
            self._read = self._wanted.read()
        return self._read

    def sample(self, index: int) -> Any:
        """One row, with its label where there are labels."""
        if self._wanted.labels is None:
            return _at(self.ready, index)
        return tuple(_at(part, index) for part in self.ready)

    def __len__(self) -> int:
        return len(self._wanted.rows)

    def __getitem__(self, index: Any) -> Any:
        count = len(self)
        if isinstance(index, slice):
            return [Sample(self, place) for place in range(*index.indices(count))]
        if not -count <= index < count:
            raise IndexError(index)
        return Sample(self, index)

    def __reduce__(self) -> Any:
        return (list, ([self.sample(index) for index in range(len(self))],))


class Sample(Sequence):  # type: ignore[type-arg]
    """One row of a batch, with its label; read as the batch is."""

    def __init__(self, batch: Batch, index: int) -> None:
        self._batch = batch
        self._index = index

    def _parts(self) -> Any:
        found = self._batch.sample(self._index)
        return found if isinstance(found, tuple) else (found,)

    def __len__(self) -> int:
        return 1 if self._batch._wanted.labels is None else 2

    def __getitem__(self, index: Any) -> Any:
        return self._parts()[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._parts())

    def __reduce__(self) -> Any:
        return (tuple, (self._parts(),))


class Deferred(Sequence):  # type: ignore[type-arg]
    """A worker's batch. It tells the loader's process which rows to read: that is sooner done than handing them over.

    Who looks into it in the worker finds the list of rows and labels.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: Any) -> Any:
        return self._batch.ready[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._batch.ready)

    def __reduce__(self) -> Any:
        if self._batch._read is not None:  # somebody has looked, and may have changed it
            return (list, (self._batch.ready,))
        return (_read, (self._batch._wanted,))


def _read(wanted: "Wanted") -> Any:
    return wanted.read()


def _at(part: Any, index: int) -> Any:
    return {name: rows[index] for name, rows in part.items()} if isinstance(part, dict) else part[index]


def _collate(batch: Any, *, collate_fn_map: Optional[Dict[Any, Callable[..., Any]]] = None) -> Any:
    """What the default collation does with samples: those of one batch are together already."""
    if isinstance(batch, Batch):
        if get_worker_info() is None or batch._wanted.labels is None:
            return batch.ready
        batch._wanted.look_ahead()
        return Deferred(batch)
    from torch.utils.data import default_collate

    return default_collate([tuple(sample) if len(sample) > 1 else sample[0] for sample in batch])


def register() -> None:
    """Tells PyTorch's default collation of batches of this kind."""
    try:
        from torch.utils.data._utils.collate import default_collate_fn_map
    except ImportError:  # an older PyTorch collates the samples one by one
        return
    default_collate_fn_map[Sample] = _collate
