"""scikit-learn's checks and habits, for transformers and classifiers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import mvmr
from mvmr import representations

sklearn = pytest.importorskip("sklearn", minversion="1.6")
from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.utils.estimator_checks import estimator_checks_generator  # noqa: E402

CLASSES = [getattr(representations, name) for name in representations.__all__ if name[0].isupper()][1:]

#: What does not apply, and why.
WHOLE_NUMBERS = "pixels that are whole numbers beyond bytes are refused, as nobody can know their scale"
SKIPPED_OF_TRANSFORMERS = {"check_estimators_dtypes": WHOLE_NUMBERS}
SKIPPED_OF_PROBE = {"check_class_weight_classifiers": "a weight for each class is not offered: balanced ones alone"}
SKIPPED_OF_NEIGHBORS = {}


class Lines:
    """Takes rows of any width as images of one line: the checks choose their own widths."""

    def _image_shape_of(self, columns):
        return (1, columns)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


class LinesOfPixels(Lines, mvmr.PixelValues):
    pass


class LinesOfCosines(Lines, mvmr.CosineTransform):
    pass


def run_checks(estimator, skipped):
    """Runs every check; returns those that failed though nothing was said of them, and those skipped."""
    failed, passed, left_out = [], [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for checked, check in estimator_checks_generator(estimator):
            name = getattr(check, "func", check).__name__
            if name in skipped:
                left_out.append(name)
                continue
            try:
                check(checked)
                passed.append(name)
            except pytest.skip.Exception:
                left_out.append(name)
            except Exception as error:
                if type(error).__name__ == "SkipTest":
                    left_out.append(name)
                else:
                    failed.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    return failed, passed, left_out


@pytest.mark.parametrize("kind", [LinesOfPixels, LinesOfCosines], ids=lambda kind: kind.name)
def test_checks_of_transformers(kind):
    failed, passed, left_out = run_checks(kind(), SKIPPED_OF_TRANSFORMERS)
    assert not failed, "\n".join(failed)
    assert len(passed) > 30


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.name)
def test_transformers_in_pipelines(kind, images):
    wanted = np.asarray(kind()(images)).reshape(len(images), -1)
    transformer = kind()
    assert np.array_equal(transformer.fit_transform(images), wanted)
    assert np.array_equal(clone(transformer).transform(images), wanted)
    rows = images.reshape(len(images), -1)
    of_rows = kind(image_shape=(32, 32, 3))
    assert np.array_equal(make_pipeline(of_rows).fit_transform(rows), wanted)
    names = of_rows.fit(rows).get_feature_names_out()
    assert len(names) == wanted.shape[1] == len(set(names))
    assert clone(of_rows).get_params() == of_rows.get_params()
    with pytest.raises(ValueError, match="image_shape"):
        kind().fit(rows)
    with pytest.raises(ValueError, match="expecting"):
        of_rows.transform(images[:, :16])
    with pytest.raises(ValueError, match="16x64x3.*32x32x3"):
        of_rows.transform(images.reshape(len(images), 16, 64, 3))


@pytest.mark.parametrize("shape", [32, "32", (32,), (32, 32, 3, 1), (0, 32), (32.0, 32.0, 3.0), (32, 32)])
def test_shapes_that_are_no_image_s(images, shape):
    with pytest.raises((ValueError, TypeError), match="image_shape|images of"):
        mvmr.HOG(image_shape=shape).fit(images.reshape(len(images), -1))


def test_one_image_is_no_batch(images):
    with pytest.raises(ValueError, match="X.None."):
        mvmr.HOG().fit_transform(images[0])
    with pytest.raises(TypeError, match="masked"):
        mvmr.HOG().fit_transform(np.ma.masked_array(images))


def test_data_frames(images, labels):
    pandas = pytest.importorskip("pandas")
    rows = pandas.DataFrame(images.reshape(len(images), -1), index=np.arange(24) + 100).add_prefix("pixel")
    wanted = mvmr.HOG()(images).reshape(24, -1)
    hog = mvmr.HOG(image_shape=(32, 32, 3)).set_output(transform="pandas")
    found = hog.fit_transform(rows)
    assert isinstance(found, pandas.DataFrame) and np.array_equal(found, wanted)
    assert list(found.columns) == list(hog.get_feature_names_out()) and list(found.index) == list(rows.index)
    assert isinstance(clone(hog).fit_transform(rows), pandas.DataFrame)
    assert isinstance(clone(hog).set_output(transform="default").fit_transform(rows), np.ndarray)
    pipeline = make_pipeline(mvmr.HOG(image_shape=(32, 32, 3)), mvmr.LinearProbe(0.1)).set_output(transform="pandas")
    assert pipeline.fit(rows, pandas.Series(labels)).predict(rows).shape == (24,)
    assert list(pipeline[-1].feature_names_in_) == list(found.columns)
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(mvmr.LBP().fit_transform(images), pandas.DataFrame)
    with pytest.raises(ValueError, match="got 'table'"):
        hog.set_output(transform="table")
    table = pandas.DataFrame(wanted)
    assert mvmr.NearestNeighbors(1).fit(table, pandas.Series(labels)).score(table, pandas.Series(labels)) == 1


def test_searches_in_other_processes(images, labels):
    pipeline = make_pipeline(mvmr.HOG(threads=1), mvmr.LinearProbe(0.1, threads=1))
    options = dict(param_grid={"hog__cell_size": [4, 8], "linearprobe__lambdas": [0.01, 0.1]}, cv=2)
    here = GridSearchCV(pipeline, **options).fit(images, labels)
    there = GridSearchCV(pipeline, n_jobs=2, **options).fit(images, labels)
    assert here.best_params_ == there.best_params_
    assert np.array_equal(here.cv_results_["mean_test_score"], there.cv_results_["mean_test_score"])
    assert np.array_equal(here.predict(images), there.predict(images))


def test_gray_images_have_three_axes(images):
    gray = images[..., 0]
    assert np.array_equal(
        mvmr.LBP().fit_transform(gray), np.stack([mvmr.LBP()(image).ravel() for image in gray])
    )
    of_rows = mvmr.LBP(image_shape=(32, 32))
    assert np.array_equal(of_rows.fit_transform(gray.reshape(24, -1)), mvmr.LBP().transform(gray))


def test_a_search_over_settings(images, labels):
    from sklearn.linear_model import LogisticRegression

    pipeline = make_pipeline(mvmr.HOG(), LogisticRegression(max_iter=20))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = GridSearchCV(pipeline, {"hog__cell_size": [4, 8]}, cv=2).fit(images, labels)
    assert search.best_params_["hog__cell_size"] in (4, 8)


def test_representations_have_the_repr_of_estimators():
    assert repr(clone(mvmr.LBP(grid=3))) == "LBP(grid=3)"
    with pytest.raises(ValueError, match="cells"):
        mvmr.HOG().set_params(cells=3)
