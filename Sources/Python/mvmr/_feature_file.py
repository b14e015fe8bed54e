"""Feature files, opened for reading: their splits, and what else they say."""

from __future__ import annotations

import copy
import os
from types import TracebackType
from typing import Any, Dict, Iterator, Optional, Tuple, Type, Union

from . import _library
from ._arguments import PathLike, encode_path, path_text, thread_count
from ._feature_split import Split
from ._library import Handle
from ._process_handle import PerProcess
from ._progress import Progress, ProgressFunction, progress_bar


class FeatureFile(PerProcess):
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
        super().__init__()
        self.path = os.path.abspath(path_text(path))
        self._closed = False
        lib = _library.library()
        self.description: Dict[str, Any] = lib.json(lib.feature_file_description, self._handle())
        self.dataset = str(self.description.get("dataset", ""))
        self.class_names: Tuple[str, ...] = tuple(self.description.get("class_names") or ())
        self.complete = bool(self.description.get("complete", True))
        self._splits = {split["name"]: Split(self, split) for split in self.description["splits"]}
        self.splits: Tuple[str, ...] = tuple(self._splits)

    def _open(self) -> Handle:
        return Handle("feature_file", _library.library().feature_file_open, encode_path(self.path))

    def _handle(self) -> int:
        """The handle of this process."""
        value = None if self._closed else self._value()
        if value is None:
            raise ValueError(f"feature file {self.path} is closed: open it again with mvmr.FeatureFile(path)")
        return value

    def __copy__(self) -> "FeatureFile":
        """Opened anew, so that one can be closed without the other."""
        return copy.deepcopy(self)

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

    def values(self) -> Tuple[Split, ...]:
        """The splits, in order."""
        return tuple(self._splits.values())

    def items(self) -> Tuple[Tuple[str, Split], ...]:
        """Each split with its name."""
        return tuple(self._splits.items())

    def get(self, split: str, default: Any = None) -> Any:
        """The split of a name, or `default` where there is none."""
        return self._splits.get(split, default)

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
        self._close()
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
