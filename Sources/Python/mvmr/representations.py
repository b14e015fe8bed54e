"""A class for each representation of the catalogue, made from it: `HOG`, `LBP`, `ColorHistogram`, `Scattering`, ...

`representations.pyi` beside this file lists them for type checkers.
"""

from ._library import begin_loading

begin_loading()

from ._catalogue import entries, make_class  # noqa: E402
from ._representation import Representation  # noqa: E402

__all__ = ["Representation", "create"]

_BY_NAME = {entry["name"]: make_class(entry, __name__) for entry in entries()}
__all__ += [kind.__name__ for kind in _BY_NAME.values()]
globals().update({kind.__name__: kind for kind in _BY_NAME.values()})


def create(name, **settings):
    """Creates a representation by its name in the catalogue, as on the command line.

    Parameters
    ----------
    name : str
        For example ``"hog"``.
    **settings
        Its parameters.

    Returns
    -------
    Representation

    Raises
    ------
    ValueError
        Where the catalogue has no such name.
    """
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r}: give a text such as 'hog'")
    if name not in _BY_NAME:
        raise ValueError(f"representation {name!r} is not in the catalogue: {', '.join(_BY_NAME)}")
    return _BY_NAME[name](**settings)
