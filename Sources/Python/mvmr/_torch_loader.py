"""A loader of feature files that reads ahead in a thread of its own process."""

from __future__ import annotations

import operator
import os
import queue
import threading
from typing import Any, Iterable, Iterator, List, Optional

import numpy as np
import torch

from ._arguments import whole_number
from ._torch_data import FeatureDataset

#: How many values are read at once, of several batches where these are small.
_AT_ONCE = 1 << 20


class FeatureLoader:
    """Batches of a `FeatureDataset`, read ahead by a thread of this process: no workers, no samples, no collation.

    It stands in the place of PyTorch's ``DataLoader`` for rows that need no further work, gives the same batches, and
    is as fast as memory is copied. A batch's memory is used again when nobody holds the batch any more.

    Parameters
    ----------
    dataset : FeatureDataset
        What is read.
    batch_size : int, default 256
        Rows of a batch.
    shuffle : bool, default False
        Whether the order is drawn anew for each pass.
    sampler : iterable of int, optional
        The items of a pass, in order, instead of `shuffle`: for example a ``DistributedSampler``.
    drop_last : bool, default False
        Leaves out the last batch where it is not full.
    generator : torch.Generator, optional
        Draws the order; by default PyTorch's own, which ``torch.manual_seed`` sets.
    prefetch : int, default 2
        How many batches are read ahead, small ones by the megabyte; 0 reads as they are asked for.
    pin_memory : bool, default False
        Whether batches lie in page-locked memory, for copies to a GPU; without one this does nothing.

    Raises
    ------
    TypeError, ValueError
        For numbers that cannot be, and another data set.

    Examples
    --------
    >>> loader = mvmr.torch.FeatureLoader(dataset, batch_size=256, shuffle=True)
    >>> for rows, labels in loader:
    ...     ...
    """

    def __init__(
        self,
        dataset: FeatureDataset,
        batch_size: int = 256,
        shuffle: bool = False,
        sampler: Optional[Iterable[int]] = None,
        *,
        drop_last: bool = False,
        generator: Optional[torch.Generator] = None,
        prefetch: int = 2,
        pin_memory: bool = False,
    ) -> None:
        if not isinstance(dataset, FeatureDataset):
            kind = type(dataset).__name__
            raise TypeError(f"dataset is of the type {kind}: give a FeatureDataset, or use PyTorch's DataLoader")
        if not dataset.reads_at_once:
            raise TypeError("dataset has items of its own, made one by one: use PyTorch's DataLoader")
        if hasattr(sampler, "__next__"):
            raise TypeError("sampler is a generator, which gives one pass: give a list, or a Sampler of PyTorch")
        if sampler is not None and shuffle:
            raise ValueError("sampler says the order: leave shuffle out")
        self.dataset = dataset
        self.batch_size = whole_number(batch_size, "batch_size", least=1)
        self.shuffle = bool(shuffle)
        self.sampler = sampler
        self.drop_last = bool(drop_last)
        self.generator = generator
        self.prefetch = whole_number(prefetch, "prefetch")
        self.pin_memory = bool(pin_memory)

    def __len__(self) -> int:
        count = len(self.dataset if self.sampler is None else self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def _order(self) -> np.ndarray:
        if self.sampler is not None:
            return np.fromiter((operator.index(item) for item in self.sampler), np.int64)
        if not self.shuffle:
            return np.arange(len(self.dataset))
        order: np.ndarray = torch.randperm(len(self.dataset), generator=self.generator).numpy()
        return order

    def _parts(self) -> List[np.ndarray]:
        """The items of a pass in parts that are read at once: whole batches."""
        order = self._order()
        if self.drop_last:
            order = order[: len(order) // self.batch_size * self.batch_size]
        columns = sum(features.columns for features in self.dataset._source.features)
        step = self.batch_size * max(1, _AT_ONCE // max(1, self.batch_size * columns))
        return [order[first : first + step] for first in range(0, len(order), step)]

    def _read(self, items: np.ndarray) -> Any:
        return self.dataset.wanted(items).read(self.pin_memory and torch.cuda.is_available())

    def __iter__(self) -> Iterator[Any]:
        parts = self._parts()
        if not self.prefetch:
            for items in parts:
                yield from self._batches(self._read(items))
            return
        ahead = _Ahead(self._read, parts, self.prefetch)
        try:
            for _ in parts:
                yield from self._batches(ahead.next())
        finally:
            ahead.stop()

    def _batches(self, part: Any) -> Iterator[Any]:
        """The batches of a part."""
        if isinstance(part, list):
            rows, labels = part
            return map(list, zip(self._split(rows), labels.split(self.batch_size)))
        return self._split(part)

    def _split(self, rows: Any) -> Iterator[Any]:
        if not isinstance(rows, dict):
            return iter(rows.split(self.batch_size))
        parts = zip(*(value.split(self.batch_size) for value in rows.values()))
        return (dict(zip(rows, part)) for part in parts)


class _Failure:
    """What went wrong in the thread, for the one who waits."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ahead:
    """A thread that reads so many parts before they are asked for."""

    def __init__(self, read: Any, parts: List[np.ndarray], count: int) -> None:
        self._ready: "queue.SimpleQueue[Any]" = queue.SimpleQueue()
        self._room = threading.Semaphore(count)
        self._stopped = False
        self._process = os.getpid()
        # It must not keep the interpreter from ending.
        threading.Thread(target=self._work, args=(read, parts), name="mvmr-loader", daemon=True).start()

    def _work(self, read: Any, parts: List[np.ndarray]) -> None:
        try:
            for items in parts:
                self._room.acquire()
                if self._stopped:
                    return
                self._ready.put(read(items))
        except BaseException as error:
            self._ready.put(_Failure(error))

    def next(self) -> Any:
        """The next part; waits for it."""
        if os.getpid() != self._process:
            raise RuntimeError("a loader's pass cannot go on in a forked process: begin another there")
        part = self._ready.get()
        self._room.release()
        if isinstance(part, _Failure):
            raise part.error
        return part

    def stop(self) -> None:
        """Ends the thread."""
        self._stopped = True
        self._room.release()
