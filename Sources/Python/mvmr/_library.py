"""The C library `libmvmr.so`: where it is found, its functions, and its errors as Python's."""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import signal
import threading
import time
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_void_p
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, List, NoReturn, Optional, Tuple, Type, Union

import numpy as np

#: The version of the binary interface that this package is written for.
ABI_VERSION = 1

NHWC, NCHW, STRIDED = 0, 1, 2

_PACKAGE = Path(__file__).resolve().parent


class ImagesStruct(ctypes.Structure):
    """`mvmr_images`."""

    _fields_ = [
        ("data", c_void_p),
        ("type", c_int32),
        ("order", c_int32),
        ("count", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("image_stride", c_int64),
        ("row_stride", c_int64),
        ("column_stride", c_int64),
        ("channel_stride", c_int64),
    ]


class MatrixStruct(ctypes.Structure):
    """`mvmr_matrix`."""

    _fields_ = [("data", c_void_p), ("rows", c_int64), ("columns", c_int64), ("row_stride", c_int64)]


PROGRESS = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64, c_double)

_IMAGES, _MATRIX = POINTER(ImagesStruct), POINTER(MatrixStruct)
_TEXT, _HANDLE, _COUNT = POINTER(c_void_p), POINTER(c_void_p), POINTER(c_int64)
# Arrays are passed by address.
_ARRAY = c_void_p

#: Functions that return a status, with their arguments.
_FUNCTIONS: Dict[str, Tuple[Any, ...]] = {
    "catalogue": (_TEXT,),
    "representation_create_with": (c_char_p, c_char_p, _HANDLE),
    "representation_description": (c_void_p, _TEXT),
    "representation_layout": (c_void_p, c_int64, c_int64, c_int64, _TEXT),
    "representation_compute": (c_void_p, _IMAGES, _ARRAY, c_int64, c_int64, c_int32),
    "representation_picture": (c_void_p, _IMAGES, c_int32, _TEXT, _COUNT, _COUNT, _COUNT),
    "feature_file_open": (c_char_p, _HANDLE),
    "feature_file_description": (c_void_p, _TEXT),
    "feature_file_labels": (c_void_p, c_char_p, _ARRAY, c_int64),
    "feature_file_label_columns": (c_void_p, c_char_p, _ARRAY, c_int64, _COUNT),
    "feature_file_ids": (c_void_p, c_char_p, _TEXT, _COUNT),
    "feature_file_skipped": (c_void_p, c_char_p, _ARRAY, c_int64),
    "feature_file_verify": (c_void_p, c_int32, PROGRESS, c_void_p, _TEXT),
    "feature_file_features": (c_void_p, c_char_p, c_char_p, c_int32, _HANDLE),
    "features_layout": (c_void_p, _TEXT),
    "features_read": (c_void_p, _ARRAY, c_int64, _ARRAY, c_int64, c_int64, c_int32),
    "features_read_range": (c_void_p, c_int64, c_int64, _ARRAY, c_int64, c_int64, c_int32),
    "neighbors_create": (_MATRIX, _ARRAY, c_char_p, _HANDLE),
    "neighbors_create_from": (c_void_p, _ARRAY, c_char_p, _HANDLE),
    "neighbors_classes": (c_void_p, _ARRAY, c_int64, _COUNT),
    "neighbors_search": (c_void_p, _MATRIX, c_int64, _ARRAY, _ARRAY, c_int32, PROGRESS, c_void_p),
    "neighbors_predict": (c_void_p, _MATRIX, c_int64, c_double, _ARRAY, _ARRAY, c_int32, PROGRESS, c_void_p),
    "probe_fit": (_MATRIX, _ARRAY, c_char_p, c_int32, PROGRESS, c_void_p, _HANDLE),
    "probe_fit_from": (c_void_p, _ARRAY, c_char_p, c_int32, PROGRESS, c_void_p, _HANDLE),
    "probe_load": (c_char_p, _HANDLE),
    "probe_save": (c_void_p, c_char_p),
    "probe_description": (c_void_p, _TEXT),
    "probe_weights": (c_void_p, _ARRAY, c_int64, _ARRAY),
    "probe_predict": (c_void_p, _MATRIX, _ARRAY, c_int32),
    "probe_scores": (c_void_p, _MATRIX, _ARRAY, c_int32),
    "probe_probabilities": (c_void_p, _MATRIX, _ARRAY, c_int32),
    "distance_correlation": (_MATRIX, _MATRIX, c_int32, c_int32, POINTER(c_double), _ARRAY, _ARRAY),
    "extraction_create": (c_char_p, _HANDLE),
    "extraction_plan": (c_void_p, _TEXT),
    "extraction_run": (c_void_p, PROGRESS, c_void_p, _TEXT),
    "extraction_cancel": (c_void_p,),
}
_FREED = ("representation", "feature_file", "features", "neighbors", "probe", "extraction")

_EXCEPTIONS: Dict[int, Type[BaseException]] = {
    1: ValueError,
    2: ValueError,
    3: FileNotFoundError,
    4: TypeError,
    5: OSError,
    6: KeyboardInterrupt,
    7: MemoryError,
    8: ValueError,
    9: RuntimeError,
    10: RuntimeError,
}


def _candidates() -> Iterator[str]:
    """Where the library may be: as said, in the wheel, in this repository's build, where the system looks."""
    named = os.environ.get("MVMR_LIBRARY")
    if named:
        yield named
        return
    places = [_PACKAGE / "lib" / "libmvmr.so"]
    if len(_PACKAGE.parents) > 2 and (_PACKAGE.parents[2] / "Package.swift").exists():
        places.append(_PACKAGE.parents[2] / ".build" / "release" / "libmvmr.so")
    for place in places:
        if place.exists():
            yield str(place)
    yield "libmvmr.so"


class Library:
    """The loaded library. Its functions are attributes, without the prefix `mvmr_`."""

    def __init__(self) -> None:
        path = next(_candidates())
        try:
            self._library = ctypes.CDLL(path)
        except OSError as error:
            raise ImportError(
                f"mvmr: the library {path} cannot be loaded ({error}); install mvmr as a wheel, or build it with "
                "`make build` and name it in the environment variable MVMR_LIBRARY"
            ) from None
        self.path = path
        library = self._library
        try:
            library.mvmr_abi_version.restype = c_int32
            version = library.mvmr_abi_version()
        except AttributeError:
            raise ImportError(f"mvmr: {path} is not the library of mvmr; unset MVMR_LIBRARY or name the right one")
        if version != ABI_VERSION:
            raise ImportError(
                f"mvmr: {path} has version {version} of the binary interface, this package needs {ABI_VERSION}; "
                "install the package and the library of one release"
            )
        library.mvmr_version.restype = c_char_p
        library.mvmr_last_error.restype = c_char_p
        library.mvmr_last_error_row.restype = c_int64
        library.mvmr_live_handles.restype = c_int64
        library.mvmr_processor_count.restype = c_int32
        library.mvmr_free.argtypes = (c_void_p,)
        library.mvmr_free.restype = None
        self.free = library.mvmr_free

    def __getattr__(self, name: str) -> Any:
        """A function without its prefix, declared when it is first asked for."""
        if name in _FUNCTIONS:
            arguments: Tuple[Any, ...] = _FUNCTIONS[name]
            result: Any = c_int32
        elif name.endswith("_free") and name[: -len("_free")] in _FREED:
            arguments, result = (c_void_p,), None
        else:
            raise AttributeError(name)
        try:
            function = getattr(self._library, f"mvmr_{name}")
        except AttributeError:
            raise ImportError(
                f"mvmr: {self.path} has no mvmr_{name}; install the package and the library of one release"
            ) from None
        function.argtypes = arguments
        function.restype = result
        setattr(self, name, function)
        return function

    @property
    def version(self) -> str:
        """The version of the library."""
        return str(self._library.mvmr_version().decode())

    @property
    def live_handles(self) -> int:
        """How many handles are not freed."""
        return int(self._library.mvmr_live_handles())

    @property
    def processor_count(self) -> int:
        """How many threads a call uses by itself."""
        return int(self._library.mvmr_processor_count())

    def fail(self, status: int) -> NoReturn:
        """Raises the last error of this thread."""
        words = self._library.mvmr_last_error().decode("utf-8", "replace")
        error = _EXCEPTIONS.get(status, RuntimeError)(words)
        row = self._library.mvmr_last_error_row()
        # Which image or row it is about, for who wants to leave it out.
        error.row = None if row < 0 else int(row)  # type: ignore[attr-defined]
        raise error

    def check(self, status: int) -> None:
        """Raises where a call failed."""
        if status:
            self.fail(status)

    def take_text(self, pointer: c_void_p) -> str:
        """A text that the library gave, which is freed."""
        try:
            return ctypes.string_at(pointer.value or 0).decode()
        finally:
            self.free(pointer)

    def json(self, function: Any, *arguments: Any) -> Any:
        """Calls a function whose last argument is a text of JSON, and reads it."""
        text = c_void_p()
        self.check(function(*arguments, ctypes.byref(text)))
        return json.loads(self.take_text(text))


class _Loader:
    def __init__(self) -> None:
        self.library: Optional[Library] = None
        self.lock = threading.Lock()


_loader = _Loader()


def library() -> Library:
    """The library, loaded at the first call."""
    if _loader.library is None:
        with _loader.lock:
            if _loader.library is None:
                _loader.library = Library()
    return _loader.library


class Handle:
    """Something that the library made; freed with this object."""

    __slots__ = ("value", "_free")

    def __init__(self, kind: str, create: Any, *arguments: Any) -> None:
        lib = library()
        self.value: Optional[int] = None
        self._free = getattr(lib, f"{kind}_free")
        made = c_void_p()
        lib.check(create(*arguments, ctypes.byref(made)))
        self.value = made.value

    def close(self) -> None:
        """Frees it now; a second time does nothing."""
        value, self.value = self.value, None
        if value is not None:
            self._free(value)

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:  # the interpreter is ending
            pass


def encode_json(value: Any) -> bytes:
    """A JSON text for the library."""

    def plain(item: Any) -> Any:
        if isinstance(item, np.generic):
            return item.item()
        if isinstance(item, os.PathLike):
            return os.fspath(item)
        raise TypeError(f"{item!r} is not a number, a text or a list of them")

    return json.dumps(value, default=plain).encode()


def encode_path(path: Union[str, bytes, "os.PathLike[str]"]) -> bytes:
    """A path for the library."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError("path holds a null character")
    return encoded


def thread_count(threads: Optional[int]) -> int:
    """`threads` for the library: None and 0 stand for every processor."""
    if threads is None:
        return 0
    if not isinstance(threads, (int, np.integer)) or isinstance(threads, bool):
        raise TypeError(f"threads is {threads!r}: give a whole number, or None for every processor")
    if not 0 <= threads <= 1024:
        raise ValueError(f"threads is {threads}: give 1 to 1024, or None for every processor")
    return int(threads)


def matrix(rows: np.ndarray) -> MatrixStruct:
    """A C-contiguous float32 matrix for the library; the caller keeps the array."""
    return MatrixStruct(rows.__array_interface__["data"][0], rows.shape[0], rows.shape[1], 0)


def address(array: Optional[np.ndarray]) -> Optional[int]:
    """Where an array lies."""
    return None if array is None else array.__array_interface__["data"][0]


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
    import sys

    if callable(shown) and not isinstance(shown, bool):
        return shown, lambda: None
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
    import sys

    state: List[float] = [0.0]

    def update(done: int, total: int) -> None:
        now = time.monotonic()
        if now - state[0] < 0.2 and done < total:
            return
        state[0] = now
        share = done / total if total else 1.0
        print(f"\r{words} {share:4.0%} {done}/{total}", end="", file=sys.stderr, flush=True)

    return update, lambda: print(file=sys.stderr)
