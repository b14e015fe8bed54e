"""Progress of long work, and how Ctrl-C and the end of the interpreter stop it."""

from __future__ import annotations

import atexit
import signal
import sys
import threading
import time
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Tuple, Type, Union

import numpy as np

from ._library import PROGRESS

ProgressFunction = Callable[[int, int], Any]


class _Ending:
    """Tells long work in other threads to stop before the interpreter ends: its callbacks would have none to run in."""

    #: What is waited for, at most: seconds.
    patience = 60.0

    def __init__(self) -> None:
        self.begun = False
        self.working: Dict[int, "Progress"] = {}

    def __call__(self) -> None:
        self.begun = True
        last = time.monotonic() + self.patience
        while self.working and time.monotonic() < last:
            for progress in list(self.working.values()):
                progress.stop_for_the_end()
            time.sleep(0.005)


_ending = _Ending()
atexit.register(_ending)


class Progress:
    """Calls a Python function from long work of the library, and stops the work at Ctrl-C.

    Where Python's own handler of SIGINT is in place it is put aside, so that a Ctrl-C cannot strike between two lines
    of the callback: a mark is set, the work is told to stop, and KeyboardInterrupt is raised when it has.
    """

    def __init__(self, function: Optional[ProgressFunction] = None) -> None:
        self._function = function
        self._failure: Optional[BaseException] = None
        self._interrupted = False
        self._ended = False
        self._replaced = False
        self.callback = PROGRESS(self._call)

    def _call(self, context: Optional[int], done: int, total: int, left: float) -> int:
        try:
            if self._failure is None and self._function is not None:
                self._function(done, total)
        except BaseException as error:
            self._failure = error
        return int(self._interrupted or self._ended or self._failure is not None)

    def _mark(self, number: int, frame: Any) -> None:
        self._interrupted = True

    def stop_for_the_end(self) -> None:
        """Tells the work to stop, as the interpreter ends."""
        self._ended = True

    def __enter__(self) -> "Progress":
        if _ending.begun:
            raise RuntimeError("long work cannot begin while the interpreter ends")
        _ending.working[id(self)] = self
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._mark)
            self._replaced = True
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        _ending.working.pop(id(self), None)
        if self._replaced:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._failure is not None:
            raise self._failure from None
        if self._interrupted:
            raise KeyboardInterrupt("stopped by Ctrl-C") from None
        if self._ended:
            raise SystemExit from None


def progress_bar(shown: Union[bool, None, ProgressFunction], words: str) -> Tuple[Optional[ProgressFunction], Any]:
    """The function that shows progress, and what ends it.

    `shown` is a function of (done, total), True for a bar, False for none, None for a bar where standard error is a
    terminal. The bar is tqdm's where that is installed.
    """
    if callable(shown):
        return shown, lambda: None
    if shown is not None and not isinstance(shown, (bool, np.bool_)):
        raise TypeError(f"progress is {shown!r}: give True, False, None, or a function of (done, total)")
    if shown is None:
        shown = bool(sys.stderr is not None and sys.stderr.isatty())
    if not shown:
        return None, lambda: None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _plain_bar(words)
    bar = tqdm(desc=words, unit="row", total=None)

    def update(done: int, total: int) -> None:
        if bar.total != total:
            bar.total = total
            bar.refresh()
        bar.update(done - bar.n)

    return update, bar.close


def _plain_bar(words: str) -> Tuple[ProgressFunction, Any]:
    state: List[float] = [0.0]

    def update(done: int, total: int) -> None:
        now = time.monotonic()
        if now - state[0] < 0.2 and done < total:
            return
        state[0] = now
        share = done / total if total else 1.0
        print(f"\r{words} {share:4.0%} {done}/{total}", end="", file=sys.stderr, flush=True)

    return update, lambda: print(file=sys.stderr)
