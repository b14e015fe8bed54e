"""The C library `libmvmr.so`: where it is found, its functions, and its errors as exceptions."""

from __future__ import annotations

import ctypes
import json
import os
import threading
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_void_p
from typing import Any, Dict, Iterator, NoReturn, Optional, Tuple, Type, Union

#: The version of the binary interface that this package is written for.
ABI_VERSION = 1

NHWC, NCHW, STRIDED = 0, 1, 2

_PACKAGE = os.path.dirname(os.path.realpath(__file__))


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
    places = [os.path.join(_PACKAGE, "lib", "libmvmr.so")]
    repository = os.path.dirname(os.path.dirname(os.path.dirname(_PACKAGE)))
    if os.path.exists(os.path.join(repository, "Package.swift")):
        places.append(os.path.join(repository, ".build", "release", "libmvmr.so"))
    for place in places:
        if os.path.exists(place):
            yield place
    yield "libmvmr.so"


class _Loading:
    """The library on its way into memory, in a thread where one can be had: meanwhile NumPy is imported."""

    def __init__(self) -> None:
        self.path = next(_candidates())
        self._found: Union[None, ctypes.CDLL, OSError] = None
        self._thread: Optional[threading.Thread] = threading.Thread(target=self._load, name="mvmr-load")
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending, or has no more threads
            self._thread = None

    def _load(self) -> None:
        try:
            self._found = ctypes.CDLL(self.path)
        except OSError as error:
            self._found = error

    def library(self) -> ctypes.CDLL:
        """The library; waits for it. Raises OSError where it cannot be loaded."""
        if self._thread is not None:
            self._thread.join()
        if self._found is None:  # there was no thread, or it was left behind by a fork
            self._load()
        if not isinstance(self._found, ctypes.CDLL):
            raise self._found or OSError("it was not loaded")
        return self._found


class Library:
    """The loaded library. Its functions are attributes, without the prefix `mvmr_`."""

    def __init__(self, loading: _Loading) -> None:
        path = loading.path
        try:
            self._library = loading.library()
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
        self.loading: Optional[_Loading] = None
        self.lock = threading.Lock()


_loader = _Loader()


def begin_loading() -> None:
    """Begins to load the library, for those who have something else to do before they need it."""
    with _loader.lock:
        if _loader.library is None and _loader.loading is None:
            _loader.loading = _Loading()


def library() -> Library:
    """The library, loaded at the first call."""
    if _loader.library is None:
        begin_loading()
        with _loader.lock:
            if _loader.library is None and _loader.loading is not None:
                loading, _loader.loading = _loader.loading, None
                _loader.library = Library(loading)
    found = _loader.library
    assert found is not None
    return found


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
