"""Every public object can be copied and sent to another process, and does there what it does here."""

from __future__ import annotations

import copy
import importlib.util
import pickle

import numpy as np
import pytest

import mvmr
from mvmr import representations

CLASSES = [getattr(representations, name) for name in representations.__all__ if name[0].isupper()][1:]


class Given:
    """What objects are made of."""

    def __init__(self, images, labels, path):
        self.images, self.labels = images, labels
        self.gray = images[..., 0].astype(np.float32) / 255
        self.rows = mvmr.HOG().fit_transform(images)
        self.file = mvmr.FeatureFile(path)
        self.split = self.file[self.file.splits[0]]

    def dataset(self):
        return mvmr.torch.FeatureDataset(self.file, self.split.name, "hog", flatten=True)

    def failure(self, use):
        with pytest.raises(Exception) as caught:
            use()
        return caught.value

    def tensor(self):
        import torch

        return torch.from_numpy(self.gray)


#: Each object, and what it does as something that can be compared.
OBJECTS = {
    "transformer": (lambda g: mvmr.HOG(cell_size=4).fit(g.images), lambda o, g: o.transform(g.images).tobytes()),
    "FeatureFile": (lambda g: g.file, lambda o, g: o[g.split.name]["hog"][[3, 1]].tobytes()),
    "Split": (lambda g: g.split, lambda o, g: (o["hog"][3].tobytes(), o.ids.tolist(), o.labels.tolist())),
    "FeatureRows": (lambda g: g.split["hog"], lambda o, g: o[[3, 1]].tobytes()),
    "FeatureLayout": (lambda g: mvmr.HOG().layout(g.images), lambda o, g: o),
    "Features": (lambda g: mvmr.HOG()(g.images), lambda o, g: (o.axes, o.labels, o.tobytes())),
    "KNNScore": (lambda g: mvmr.knn(g.rows, g.labels, k=2)[0], lambda o, g: (o, o.predictions.tobytes())),
    "LinearProbe": (
        lambda g: mvmr.LinearProbe(0.1).fit(g.rows, g.labels), lambda o, g: o.predict_proba(g.rows).tobytes()
    ),
    "LinearProbe, unfitted": (lambda g: mvmr.LinearProbe(0.1), lambda o, g: repr(o)),
    "NearestNeighbors": (
        lambda g: mvmr.NearestNeighbors(3).fit(g.rows, g.labels), lambda o, g: o.predict_proba(g.rows).tobytes()
    ),
    "NearestNeighbors, unlabeled": (
        lambda g: mvmr.NearestNeighbors(3).fit(g.rows), lambda o, g: o.kneighbors(g.rows)[0].tobytes()
    ),
    "numpy.Scattering2D": (lambda g: mvmr.numpy.Scattering2D(2, (32, 32)), lambda o, g: o(g.gray).tobytes()),
    "sklearn.Scattering2D": (
        lambda g: mvmr.sklearn.Scattering2D(2, (32, 32)),
        lambda o, g: o.transform(g.gray.reshape(len(g.gray), -1)).tobytes(),
    ),
    "torch.Scattering2D": (
        lambda g: mvmr.torch.Scattering2D(2, (32, 32)), lambda o, g: o(g.tensor()).numpy().tobytes()
    ),
    "torch.MVMRLoss": (
        lambda g: mvmr.MVMRLoss(representation_weights={"a": 2.0}),
        lambda o, g: o(g.tensor().flatten(1), g.tensor().flip(-1).flatten(1), {"a": g.tensor()}).item(),
    ),
    "torch.FeatureDataset": (lambda g: g.dataset(), lambda o, g: (len(o), o[5][0].numpy().tobytes(), int(o[5][1]))),
    "torch.FeatureLoader": (
        lambda g: mvmr.torch.FeatureLoader(g.dataset(), 7), lambda o, g: [rows.numpy().tobytes() for rows, _ in o]
    ),
    "a batch": (lambda g: g.dataset().__getitems__([1, 2]), lambda o, g: [row.numpy().tobytes() for row, _ in o]),
    "an error with a row": (
        lambda g: g.failure(lambda: mvmr.LBP()(np.where(g.gray == g.gray[5, 4, 3], np.nan, g.gray), layout="NHW")),
        lambda o, g: (type(o), str(o), o.row),
    ),
    "an error": (
        lambda g: g.failure(lambda: mvmr.LinearProbe().predict(g.rows)), lambda o, g: (type(o).__name__, str(o))
    ),
    **{kind.__name__: (lambda g, kind=kind: kind(), lambda o, g: o(g.images).tobytes()) for kind in CLASSES},
}  # fmt: skip
WAYS = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "pickle 2": lambda value: pickle.loads(pickle.dumps(value, 2)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.fixture(scope="module")
def given(images, labels, feature_path):
    return Given(images, labels, feature_path)


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_travel(given, name):
    if name.startswith("torch.") or name == "a batch":
        if importlib.util.find_spec("torch") is None:
            pytest.skip("PyTorch is not here")
    make, use = OBJECTS[name]
    value = make(given)
    wanted = use(value, given)
    for way, through in WAYS.items():
        assert use(through(value), given) == wanted, way
    assert use(value, given) == wanted
    if hasattr(value, "get_params") and importlib.util.find_spec("sklearn") is not None:
        from sklearn.base import clone

        assert repr(clone(value)) == repr(value)
