"""The table "if you use X today, write Y" of Python.md: both sides give the same."""

from __future__ import annotations

import numpy as np
import pytest

import mvmr


@pytest.fixture
def gray(images):
    return np.ascontiguousarray(images[0, :, :, 1])


def test_hog_of_scikit_image(images):
    feature = pytest.importorskip("skimage.feature")
    for size in (2, 3):
        theirs = feature.hog(images[0], 9, (8, 8), (size, size), feature_vector=False, channel_axis=-1)
        assert np.abs(mvmr.HOG(block_size=size)(images[0]) - theirs).max() < 1e-4


def test_lbp_of_scikit_image(gray):
    feature = pytest.importorskip("skimage.feature")
    theirs = feature.local_binary_pattern(gray, 8, 1)
    assert np.array_equal(mvmr.LBP(output="map")(gray).reshape(theirs.shape), theirs)


def test_opencv(images):
    cv2 = pytest.importorskip("cv2")
    theirs = cv2.calcHist([images[0]], [0, 1, 2], None, [8] * 3, [0, 256] * 3)
    assert np.array_equal(mvmr.ColorHistogram(norm="none")(images[0]).reshape(theirs.shape), theirs)
    if not hasattr(cv2, "HOGDescriptor"):  # OpenCV 5 has it elsewhere
        return
    descriptor = cv2.HOGDescriptor((32, 32), (16, 16), (8, 8), (8, 8), 9)
    assert np.abs(mvmr.OpenCVHOG()(images[0]).ravel() - descriptor.compute(images[0]).ravel()).max() < 1e-5


def test_cosine_transform_of_torch_dct(gray):
    torch = pytest.importorskip("torch")
    torch_dct = pytest.importorskip("torch_dct")
    unit = gray.astype(np.float32) / 255
    theirs = torch_dct.dct_2d(torch.from_numpy(unit)).numpy()
    assert np.abs(mvmr.CosineTransform()(unit).reshape(theirs.shape) - theirs).max() < 1e-4 * np.abs(theirs).max()


def test_neighbors_of_scikit_learn_and_faiss(images, labels):
    rows = mvmr.HOG().fit_transform(images)
    neighbors = pytest.importorskip("sklearn.neighbors")
    theirs = neighbors.KNeighborsClassifier(5, metric="cosine").fit(rows, labels)
    ours = mvmr.NearestNeighbors(5, weighting="majority").fit(rows, labels)
    assert np.array_equal(ours.predict(rows), theirs.predict(rows))
    faiss = pytest.importorskip("faiss")
    index = faiss.IndexFlatL2(rows.shape[1])
    index.add(rows)
    found = mvmr.NearestNeighbors(metric="euclidean").fit(rows).kneighbors(rows, 5)[1]
    assert np.array_equal(found, index.search(rows, 5)[1])
