"""Extraction of the representations of a source into a feature file."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union

import numpy as np

from . import _library
from ._arguments import PathLike, encode_json, path_text, thread_count, whole_number
from ._feature_file import FeatureFile
from ._library import Handle
from ._progress import Progress, ProgressFunction, progress_bar
from ._representation import Representation

Asked = Union[str, Representation, Sequence[Union[str, Representation]], "dict[str, Union[str, Representation]]"]


def _specification(asked: Union[str, Representation], stored: Optional[str] = None) -> str:
    if isinstance(asked, type) and issubclass(asked, Representation):
        raise TypeError(f"representation {asked.__name__} is a class: give an object, mvmr.{asked.__name__}()")
    text = asked.specification if isinstance(asked, Representation) else asked
    if not isinstance(text, str):
        raise TypeError(f"representation {asked!r} is neither a text nor a representation")
    if stored is None:
        return text
    if not isinstance(stored, str):
        raise TypeError(f"name {stored!r} of a representation is no text")
    if "," in stored or "=" in stored:
        raise ValueError(f"name {stored!r} of a representation: use letters, digits, -, _ and .")
    return f"{text}{',' if ':' in text else ':'}as={stored}"


def _specifications(asked: Optional[Asked]) -> Optional[List[str]]:
    if asked is None:
        return None
    if isinstance(asked, (str, Representation, type)):
        return [_specification(asked)]  # type: ignore[arg-type]
    if isinstance(asked, dict):
        found = [_specification(value, name) for name, value in asked.items()]
    else:
        found = [_specification(value) for value in asked]
    if not found:
        raise ValueError("representations is empty: give at least one, or None for hog, lbp, color and scattering")
    return found


def _size(value: Union[None, int, str, Sequence[int]]) -> Optional[str]:
    if value is None or isinstance(value, str):
        return value
    sides: List[Any] = list(value) if isinstance(value, (Sequence, np.ndarray)) else [value, value]
    if len(sides) != 2:
        raise ValueError(f"size {value!r} is not a number of pixels or (height, width)")
    return "x".join(str(whole_number(side, "a side of size", least=1)) for side in sides)


def _place(source: Union[str, PathLike]) -> str:
    """A source as on the command line; a path alone is a folder of images."""
    place = os.fsdecode(source)
    if not isinstance(source, str) or os.path.exists(place) or (":" not in place and place != "synthetic"):
        return f"folder:{path_text(source, 'source')}"
    return place


def extract(
    source: Union[str, PathLike],
    output: PathLike,
    representations: Optional[Asked] = None,
    *,
    splits: Union[None, str, Iterable[str]] = None,
    dtype: Any = "float32",
    size: Union[None, int, str, Sequence[int]] = None,
    limit: Optional[int] = None,
    skip_bad_images: bool = False,
    overwrite: bool = False,
    compress: bool = False,
    threads: Optional[int] = None,
    progress: Union[bool, None, ProgressFunction] = None,
    **options: Any,
) -> FeatureFile:
    """Computes representations of all images of a source into a feature file, as `mvmr extract` does.

    A run that was stopped, by Ctrl-C or worse, is finished by the same call.

    Parameters
    ----------
    source : str or os.PathLike
        A source as on the command line, for example ``"cifar10:data/cifar-10-batches-bin"``; a path alone is a folder
        of images.
    output : str or os.PathLike
        The file to write or to finish.
    representations : str, Representation, sequence or dict of these, optional
        Which ones: objects, or texts as ``"hog:cell_size=4"``; a dict names them in the file. By default hog, lbp,
        color and scattering.
    splits : str or iterable of str, optional
        Only these splits.
    dtype : {"float32", "float16"}, or NumPy's types of these names
        How values are stored.
    size : int, str or tuple of int, optional
        Brings images to this height and width: cover it, cut out the center.
    limit : int, optional
        Only so many images of each split.
    skip_bad_images : bool
        Leaves out images that cannot be read, and lists them.
    overwrite : bool
        Replaces the output instead of finishing it.
    compress : bool
        Compresses the features at the end, for archives.
    threads : int, optional
        None for every processor.
    progress : bool or callable, optional
        None shows a bar on a terminal (tqdm's where installed), True always, False never; or a function of
        (done, total) rows.
    **options
        Further options of `mvmr extract` with _ for -: ``shard="1/4"`` or ``"slurm"``, ``exif=True``,
        ``normalize="imagenet"``.

    Returns
    -------
    FeatureFile
        The file, opened. What was skipped is in its splits' `skipped`.

    Raises
    ------
    FileNotFoundError
        Where the source is not there.
    ValueError
        For options that cannot be, damaged images, and a file that was made from another source or other settings.
    OSError
        Where the output cannot be written.
    KeyboardInterrupt
        Where Ctrl-C stopped it; blocks in work are finished and kept.
    """
    stored = dtype if isinstance(dtype, str) else np.dtype(dtype).name
    asked: Dict[str, Any] = {"source": _place(source), "output": os.path.abspath(path_text(output, "output"))}
    asked["dtype"] = stored
    names = _specifications(representations)
    if names is not None:
        asked["representations"] = names
    if splits is not None:
        asked["splits"] = [splits] if isinstance(splits, str) else list(splits)
        if not asked["splits"]:
            raise ValueError("splits is empty: give at least one, or None for all")
    if size is not None:
        asked["size"] = _size(size)
    if limit is not None:
        asked["limit"] = whole_number(limit, "limit", least=1)
    switches = {"skip_bad_images": skip_bad_images, "overwrite": overwrite, "compress": compress}
    asked.update({name: True for name, wanted in switches.items() if wanted})
    if threads is not None:
        asked["jobs"] = thread_count(threads)
    asked.update(options)
    lib = _library.library()
    handle = Handle("extraction", lib.extraction_create, encode_json(asked))
    function, done = progress_bar(progress, "extract")
    try:
        with Progress(function) as heard:
            lib.json(lib.extraction_run, handle.value, heard.callback, None)
    finally:
        done()
        handle.close()
    return FeatureFile(output)
