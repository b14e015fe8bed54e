"""k-NN, probes and distance correlation: the command line's numbers, scikit-learn's checks, goldens."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import mvmr
from conftest import FIXTURES


@pytest.fixture(scope="module")
def blobs():
    random = np.random.default_rng(3)
    classes = np.arange(300) % 8
    centers = random.normal(size=(8, 12)) * 0.8
    rows = (centers[classes] + random.normal(size=(300, 12))).astype(np.float32)
    return rows[:200], classes[:200], rows[200:], classes[200:]


@pytest.fixture(scope="module")
def blob_file(blobs, tmp_path_factory, run):
    folder = tmp_path_factory.mktemp("blobs")
    arguments = []
    for split, (rows, classes) in {"train": blobs[:2], "test": blobs[2:]}.items():
        np.save(folder / f"{split}.npy", rows)
        np.save(folder / f"{split}-labels.npy", classes.astype(np.int64))
        arguments += [f"{split}/blobs={folder / split}.npy", f"{split}/labels={folder / split}-labels.npy"]
    run("convert", *arguments, "--output", folder / "blobs.h5")
    return str(folder / "blobs.h5")


def test_knn_is_the_command_s(blobs, blob_file, run):
    wanted = json.loads(run("knn", blob_file, "--representation", "blobs", "--k", "5,20", "--json"))
    file = mvmr.FeatureFile(blob_file)
    for scores in (
        mvmr.knn(*blobs, k=[5, 20]),
        mvmr.knn(file["train"]["blobs"], test=file["test"]["blobs"], k=[5, 20]),
    ):
        assert [score.k for score in scores] == [5, 20]
        for score, result in zip(scores, wanted["results"]):
            assert (score.k, score.top1, score.top5) == (result["k"], result["top1"], result["top5"])
    left_out = mvmr.knn(blobs[0], blobs[1])
    assert [score.k for score in left_out] == [10, 20, 100]
    with pytest.raises(ValueError):
        mvmr.knn(*blobs, k=201)
    with pytest.raises(ValueError, match="labels"):
        mvmr.knn(blobs[0])
    with pytest.raises(ValueError):
        mvmr.knn(blobs[0], blobs[1], blobs[2][:, :5], blobs[3])


def test_neighbors_are_exact(blobs):
    train, classes, test, _ = blobs
    neighbors = mvmr.NearestNeighbors(7, metric="euclidean").fit(train, classes)
    distances, indices = neighbors.kneighbors(test)
    exact = np.sqrt(((test[:, None].astype(np.float64) - train[None]) ** 2).sum(-1))
    assert np.array_equal(indices, np.argsort(exact, axis=1, kind="stable")[:, :7])
    assert np.allclose(distances, np.sort(exact, axis=1)[:, :7], rtol=1e-5)
    own = neighbors.kneighbors(return_distance=False)
    assert own.shape == (200, 7) and not (own == np.arange(200)[:, None]).any()
    cosine = mvmr.NearestNeighbors(3).fit(train)
    distances, indices = cosine.kneighbors(test)
    unit_train, unit_test = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (train, test))
    assert np.array_equal(indices, np.argsort(-(unit_test @ unit_train.T), axis=1)[:, :3])
    assert (distances >= -1e-6).all()
    with pytest.raises(ValueError, match="classes"):
        cosine.predict(test)


def test_neighbors_vote(blobs):
    train, classes, test, truth = blobs
    names = np.array(["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"])
    neighbors = mvmr.NearestNeighbors(9).fit(train, names[classes])
    assert list(neighbors.classes_) == list(names)
    shares = neighbors.predict_proba(test)
    assert np.allclose(shares.sum(1), 1, atol=1e-5)
    assert np.array_equal(neighbors.predict(test), names[shares.argmax(1)])
    assert neighbors.score(test, names[truth]) == mvmr.knn(*blobs, k=9)[0].top1
    copied = pickle.loads(pickle.dumps(neighbors))
    assert np.array_equal(copied.predict_proba(test), shares)
    neighbors.set_params(weighting="majority", n_neighbors=1)
    assert set(np.unique(neighbors.predict_proba(test))) == {0.0, 1.0}


def test_the_probe_is_the_command_s(blobs, blob_file, run, tmp_path):
    wanted = json.loads(run("probe", blob_file, "--representation", "blobs", "--json"))
    train, classes, test, truth = blobs
    probe = mvmr.LinearProbe().fit(train, classes)
    assert probe.score(test, truth) == wanted["top1"]
    assert probe.lambda_ == wanted["lambda"]
    file = mvmr.FeatureFile(blob_file)
    of_file = mvmr.LinearProbe().fit(file["train"]["blobs"])
    assert np.array_equal(of_file.coef_, probe.coef_) and np.array_equal(of_file.predict(test), probe.predict(test))
    path = tmp_path / "ours.probe"
    probe.save(path)
    scored = json.loads(run("probe", blob_file, "--representation", "blobs", "--load", path, "--json"))
    assert scored["top1"] == wanted["top1"]
    run("probe", blob_file, "--representation", "blobs", "--save", tmp_path / "theirs.probe")
    theirs = mvmr.LinearProbe.load(tmp_path / "theirs.probe")
    assert np.array_equal(theirs.classes_, probe.classes_) and theirs.lambda_ == probe.lambda_
    assert np.array_equal(theirs.predict(test), probe.predict(test))


def test_the_probe_s_parts(blobs, tmp_path):
    train, classes, test, truth = blobs
    probe = mvmr.LinearProbe([0.01, 0.1], folds=3).fit(train, classes)
    assert probe.lambda_ in (0.01, 0.1)
    scores = probe.decision_function(test)
    assert np.allclose(scores, test @ probe.coef_.T + probe.intercept_, atol=1e-4)
    chances = probe.predict_proba(test)
    shifted = np.exp(scores - scores.max(1, keepdims=True))
    assert np.allclose(chances, shifted / shifted.sum(1, keepdims=True), atol=1e-5)
    assert np.array_equal(probe.predict(test), probe.classes_[scores.argmax(1)])
    for copied in (pickle.loads(pickle.dumps(probe)), _saved(probe, tmp_path / "a.probe")):
        assert np.array_equal(copied.decision_function(test), scores)
    names = np.array(["no", "yes"])
    two = mvmr.LinearProbe(0.1).fit(train, names[(classes == 1).astype(int)])
    assert set(two.predict(test)) <= set(names) and two.decision_function(test).shape == (100,)
    seen = []
    mvmr.LinearProbe().fit(train, classes, progress=lambda done, total: seen.append((done, total)))
    assert seen
    with pytest.raises(FileNotFoundError):
        mvmr.LinearProbe.load(tmp_path / "absent.probe")
    (tmp_path / "text").write_text("no probe")
    with pytest.raises(ValueError):
        mvmr.LinearProbe.load(tmp_path / "text")
    with pytest.raises(ValueError):
        mvmr.LinearProbe(-1.0).fit(train, classes)
    with pytest.raises(ValueError):
        mvmr.LinearProbe(class_weight="heavy").fit(train, classes)


def _saved(probe, path):
    probe.save(path)
    return mvmr.LinearProbe.load(path)


def test_the_probe_minimizes_scikit_learn_s_objective(blobs):
    linear_model = pytest.importorskip("sklearn.linear_model")
    train, classes, test, _ = blobs
    ours = mvmr.LinearProbe(0.02, standardize=False, gradient_norm=1e-6).fit(train, classes)
    theirs = linear_model.LogisticRegression(C=1 / (0.02 * len(train)), tol=1e-8, max_iter=5000).fit(train, classes)
    assert np.allclose(ours.predict_proba(test), theirs.predict_proba(test), atol=1e-3)


@pytest.mark.parametrize("make", [lambda: mvmr.LinearProbe(), lambda: mvmr.NearestNeighbors(n_neighbors=2)])
def test_scikit_learn_s_checks(make):
    pytest.importorskip("sklearn", minversion="1.6")
    from test_sklearn import SKIPPED_OF_NEIGHBORS, SKIPPED_OF_PROBE, run_checks

    estimator = make()
    skipped = SKIPPED_OF_PROBE if isinstance(estimator, mvmr.LinearProbe) else SKIPPED_OF_NEIGHBORS
    failed, passed, _ = run_checks(estimator, skipped)
    assert not failed, "\n".join(failed)
    assert len(passed) > 30


LOSS = FIXTURES / "loss"


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
def test_distance_correlation_s_golden(estimator):
    z0, z = np.load(LOSS / "z0.npy"), np.load(LOSS / "z.npy")
    value, first, second = mvmr.distance_correlation(z0, z, estimator=estimator, gradients=True)
    wanted = np.load(LOSS / f"dcor_{estimator}_gradients.npy")
    assert abs(value - np.load(LOSS / f"dcor_{estimator}.npy")[0]) < 1e-5
    for found, golden in zip((first, second), wanted):
        assert np.abs(found - golden).max() < 1e-3 * np.abs(golden).max()
    assert mvmr.distance_correlation(z0, z, estimator=estimator) == value
    shaped = mvmr.distance_correlation(z0.reshape(24, 5, 8), z.astype(np.float64), estimator=estimator, gradients=True)
    assert shaped[0] == value and shaped[1].shape == (24, 5, 8)


def test_distance_correlation_s_edges():
    random = np.random.default_rng(0)
    x = random.normal(size=(16, 3))
    assert mvmr.distance_correlation(x, x) == pytest.approx(1, abs=1e-5)
    assert mvmr.distance_correlation(x, np.ones((16, 2))) == 0
    assert np.isnan(mvmr.distance_correlation(np.where(x == x.max(), np.nan, x), x))
    for bad in (x[:5], x[:, 0]):
        with pytest.raises(ValueError):
            mvmr.distance_correlation(x, bad)
    with pytest.raises(ValueError):
        mvmr.distance_correlation(x[:1], x[:1])
    with pytest.raises(ValueError):
        mvmr.distance_correlation(x[:3], x[:3], estimator="unbiased")
    with pytest.raises(ValueError, match="estimator"):
        mvmr.distance_correlation(x, x, estimator="best")
    with pytest.raises(ValueError, match="numbers"):
        mvmr.distance_correlation(np.array([["a", "b"]] * 3), x[:3])
    with pytest.raises(TypeError, match="masked"):
        mvmr.distance_correlation(np.ma.masked_array(x), x)


ROWS = np.random.default_rng(0).random((20, 4)).astype(np.float32)
CLASSES = np.arange(20) % 3
BAD_ROWS = {
    "no rows": ROWS[:0],
    "no columns": ROWS[:, :0],
    "NaN": np.where(ROWS == ROWS.max(), np.nan, ROWS),
    "infinite": np.where(ROWS == ROWS.max(), np.inf, ROWS),
    "beyond float32": ROWS.astype(np.float64) * 1e300,
    "texts": np.full((20, 4), "a"),
    "objects": np.full((20, 4), {}, object),
    "a line": ROWS[:, 0],
    "a number": np.float32(1),
    "nothing": None,
    "ragged": [[1.0], [1.0, 2.0]],
    "complex": ROWS.astype(complex),
    "a dict": {},
    "masked": np.ma.masked_array(ROWS, ROWS > 0.5),
}
BAD_CLASSES = {
    "too few": CLASSES[:3],
    "continuous": CLASSES + 0.5,
    "two columns": np.stack([CLASSES, CLASSES], 1),
    "NaN": np.where(CLASSES == 0, np.nan, CLASSES),
}


@pytest.mark.parametrize("rows", BAD_ROWS.values(), ids=BAD_ROWS)
@pytest.mark.filterwarnings("ignore")
def test_bad_rows(rows):
    uses = [
        lambda: mvmr.LinearProbe(0.1).fit(rows, CLASSES),
        lambda: mvmr.LinearProbe(0.1).fit(ROWS, CLASSES).predict(rows),
        lambda: mvmr.NearestNeighbors(2).fit(rows, CLASSES),
        lambda: mvmr.NearestNeighbors(2).fit(ROWS, CLASSES).predict(rows),
        lambda: mvmr.knn(rows, CLASSES, k=2),
        lambda: mvmr.knn(ROWS, CLASSES, rows, CLASSES, k=2),
    ]
    # Without rows to classify, each of train is left out in turn.
    for use in uses[: -1 if rows is None else None]:
        with pytest.raises((ValueError, TypeError)) as caught:
            use()
        assert str(caught.value)


@pytest.mark.parametrize("classes", BAD_CLASSES.values(), ids=BAD_CLASSES)
def test_bad_classes(classes):
    for use in (
        lambda: mvmr.LinearProbe(0.1).fit(ROWS, classes),
        lambda: mvmr.NearestNeighbors(2).fit(ROWS, classes),
        lambda: mvmr.knn(ROWS, classes, k=2),
    ):
        with pytest.raises((ValueError, TypeError)):
            use()


@pytest.mark.parametrize("k", [0, -1, 21, 10**9, 2**63, 2**64 + 5, "3", 2.5, True, [], (k for k in [1])])
def test_bad_numbers_of_neighbors(k):
    neighbors = mvmr.NearestNeighbors(k).fit(ROWS, CLASSES)
    for use in (neighbors.kneighbors, neighbors.predict, lambda rows: mvmr.knn(rows, CLASSES, k=k)):
        with pytest.raises((ValueError, TypeError)):
            use(ROWS)


@pytest.mark.parametrize("settings", [dict(metric=None), dict(metric=[]), dict(weighting=3), dict(metric="manhattan")])
def test_bad_metrics(settings):
    with pytest.raises((ValueError, TypeError), match="metric|weighting"):
        mvmr.NearestNeighbors(2, **settings).fit(ROWS, CLASSES)
    with pytest.raises((ValueError, TypeError), match="metric|weighting"):
        mvmr.knn(ROWS, CLASSES, k=2, **settings)


def test_a_fit_that_fails_leaves_the_one_before():
    neighbors = mvmr.NearestNeighbors(2).fit(ROWS, CLASSES)
    wanted = neighbors.predict(ROWS)
    with pytest.raises(ValueError, match="metric"):
        neighbors.set_params(metric="manhattan").fit(ROWS[:4, :1], ["b", "a", "b", "a"])
    assert np.array_equal(neighbors.set_params(metric="cosine").predict(ROWS), wanted)


@pytest.mark.parametrize("temperature", [0, -1, np.nan, np.inf, "warm", None, True])
def test_bad_temperatures(temperature):
    with pytest.raises((ValueError, TypeError), match="temperature"):
        mvmr.NearestNeighbors(2, temperature=temperature).fit(ROWS, CLASSES).predict(ROWS)
    with pytest.raises((ValueError, TypeError), match="temperature"):
        mvmr.knn(ROWS, CLASSES, k=2, temperature=temperature)


def test_nothing_to_score():
    for truth in (np.full(20, -1), CLASSES[:0]):
        with pytest.raises(ValueError, match="nothing to score"):
            mvmr.knn(ROWS, CLASSES, ROWS[: len(truth)], truth, k=2)


@pytest.mark.parametrize("make", [lambda: mvmr.LinearProbe(0.1), lambda: mvmr.NearestNeighbors(2)])
@pytest.mark.filterwarnings("ignore:A column-vector")
def test_scores(make):
    fitted = make().fit(ROWS, CLASSES)
    wanted = float(np.mean(fitted.predict(ROWS) == CLASSES))
    assert fitted.score(ROWS, CLASSES) == fitted.score(ROWS, CLASSES[:, None]) == wanted
    assert fitted.score(ROWS, CLASSES.tolist(), sample_weight=np.ones(20)) == wanted
    for truth in (CLASSES[:3], "a", np.stack([CLASSES, CLASSES], 1), np.ma.masked_array(CLASSES)):
        with pytest.raises((ValueError, TypeError)):
            fitted.score(ROWS, truth)
    with pytest.raises(ValueError, match="sample_weight"):
        fitted.score(ROWS, CLASSES, sample_weight=[1.0])


def test_rows_of_a_file_are_rows(blob_file):
    with mvmr.FeatureFile(blob_file) as file:
        rows, labels = file["train"]["blobs"], file["train"].labels
        array = rows.read()
        for make in (lambda: mvmr.LinearProbe(0.1), lambda: mvmr.NearestNeighbors(3)):
            fitted = make().fit(rows, labels)
            assert np.array_equal(fitted.predict_proba(rows), make().fit(array, labels).predict_proba(array))


def test_classes_of_all_kinds():
    many = CLASSES.astype(np.uint64) + 2**63
    for classes in (CLASSES > 0, CLASSES - 2, many, CLASSES.astype("S1"), CLASSES.astype("M8[D]")):
        probe = mvmr.LinearProbe(0.1).fit(ROWS, classes)
        assert set(probe.predict(ROWS)) <= set(classes) and probe.classes_.dtype == classes.dtype
    with pytest.raises(ValueError, match="2.63"):
        mvmr.knn(ROWS, many, k=2)
    with pytest.raises(TypeError, match="order"):
        mvmr.LinearProbe(0.1).fit(ROWS, [None, 1] * 10)


@pytest.mark.parametrize(
    "settings",
    [
        dict(lambdas=0), dict(lambdas=[]), dict(lambdas=np.nan), dict(validation=1), dict(validation=-1),
        dict(folds=1), dict(folds=2.5), dict(gradient_norm=0), dict(max_iter=0), dict(max_iter=2**70),
        dict(random_state=-1), dict(random_state="a"), dict(threads=-1), dict(threads="a"), dict(class_weight={0: 1}),
    ],
)  # fmt: skip
def test_bad_settings_of_the_probe(settings):
    with pytest.raises((ValueError, TypeError)):
        mvmr.LinearProbe(**settings).fit(ROWS, CLASSES)
