"""Goldens of multi-label probes and average precision, and of probes with more columns than rows or balanced classes.

Peer: scikit-learn 1.9 (`LogisticRegression`, `LinearSVC`, `cross_val_score`, `average_precision_score`), NumPy restatements
of VOC's average precision. Seed 23.

Writes multilabel/: x (240 x 12), y (240 x 4: 1, 0, 255 ignored), u (160 x 12), v (160 x 4);
  logistic: for each of 3 lambdas and 4 classes, lambda, objective on standardised columns, AP by envelope, 11-point, stepwise;
  svm: for each of 3 costs and 4 classes the same on rows of length 1, positives counting twice (VISSL's protocol);
  cv: mean 3-fold AP of each class and cost, and chosen: the cost of each class;
  ranking: scores and labels with ties, and the three average precisions of each row.
wide/: x (60 x 200), y (3 classes): objective and mean cross-entropy for each of three lambdas; and the same, weighted by
class as `balanced` does, of x[:, :10].
"""
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.model_selection import cross_val_score
from sklearn.svm import LinearSVC

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAMBDAS, COSTS = (1e-3, 1e-2, 1e-1), (0.1, 1.0, 10.0)


def envelope(labels, scores):
    precision, recall, _ = precision_recall_curve(labels, scores)
    # Highest score first; scikit-learn adds a point of recall 0 and precision 1, which is none of a ranking.
    recall, precision = recall[-2::-1], np.maximum.accumulate(precision[:-1])[::-1]
    return float((np.diff(np.concatenate([[0.0], recall])) * precision).sum())


def eleven(labels, scores):
    precision, recall, _ = precision_recall_curve(labels, scores)
    recall, precision = recall[:-1], precision[:-1]
    at = [precision[recall >= t / 10] for t in range(11)]
    return float(np.mean([p.max() if len(p) else 0.0 for p in at]))


def precisions(labels, scores):
    return envelope(labels, scores), eleven(labels, scores), float(average_precision_score(labels, scores))


def multilabel(out):
    rng = np.random.default_rng(23)
    mixing = rng.standard_normal((12, 4))

    def draw(count):
        x = rng.standard_normal((count, 12)).astype(np.float32)
        score = x @ mixing + 2.0 * rng.standard_normal((count, 4)) - np.array([0.5, 2.0, 3.0, -1.0])
        y = (score > 0).astype(np.uint8)
        y[rng.random((count, 4)) < 0.06] = 255
        return x * np.float32(3) + np.float32(1), y

    (x, y), (u, v) = draw(240), draw(160)
    for name, array in (("x", x), ("y", y), ("u", u), ("v", v)):
        np.save(out / f"{name}.npy", array)
    xd, ud = x.astype(np.float64), u.astype(np.float64)
    mean, std = xd.mean(0), xd.std(0)
    xs, us = (xd - mean) / std, (ud - mean) / std
    xn = xd / (np.linalg.norm(xd, axis=1, keepdims=True) + 1e-5)
    un = ud / (np.linalg.norm(ud, axis=1, keepdims=True) + 1e-5)
    logistic, svm, cv = [], [], []
    for label in range(4):
        use, test = y[:, label] != 255, v[:, label] != 255
        target, truth = np.where(y[use, label] == 1, 1, -1), v[test, label]
        n = len(target)
        for penalty in LAMBDAS:
            model = LogisticRegression(C=1 / (penalty * n), tol=1e-12, max_iter=100_000).fit(xs[use], target)
            margin = target * model.decision_function(xs[use])
            value = np.logaddexp(0, -margin).mean() + penalty / 2 * (model.coef_**2).sum()
            logistic.append([penalty, value, *precisions(truth, model.decision_function(us[test]))])
        quality = []
        for cost in COSTS:
            make = lambda: LinearSVC(C=cost, class_weight={1: 2, -1: 1}, dual=False, tol=1e-10, max_iter=100_000)
            model = make().fit(xn[use], target)
            short = np.maximum(0, 1 - target * model.decision_function(xn[use]))
            square = (model.coef_**2).sum() + model.intercept_[0] ** 2
            value = (np.where(target > 0, 2, 1) * short**2).mean() + square / 2 / (cost * n)
            svm.append([cost, value, *precisions(truth, model.decision_function(un[test]))])
            quality.append(cross_val_score(make(), xn[use], target, cv=3, scoring="average_precision").mean())
        cv.append(quality)
    np.save(out / "logistic.npy", np.array(logistic))
    np.save(out / "svm.npy", np.array(svm))
    np.save(out / "cv.npy", np.array(cv))
    scores = np.round(rng.standard_normal((6, 50)), 1).astype(np.float32)
    labels = (rng.random((6, 50)) < np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.04])[:, None]).astype(np.uint8)
    labels[:, 0] = 1
    ignored = rng.random((6, 50)) < 0.1
    rows = [precisions(l[~i], s[~i]) for s, l, i in zip(scores, labels, ignored)]
    labels[ignored] = 255
    np.save(out / "ranking_scores.npy", scores)
    np.save(out / "ranking_labels.npy", labels)
    np.save(out / "ranking.npy", np.array(rows))


def wide(out):
    rng = np.random.default_rng(29)
    y = np.repeat([0, 1, 2], [10, 20, 30])
    rng.shuffle(y)
    x = (rng.standard_normal((60, 200)) + 0.3 * rng.standard_normal((3, 200))[y]).astype(np.float32)
    np.save(out / "x.npy", x)
    np.save(out / "y.npy", y)
    xd = x.astype(np.float64)
    xs = (xd - xd.mean(0)) / xd.std(0)

    def fit(features, penalty, weights):
        model = LogisticRegression(
            C=1 / (penalty * len(y)), tol=1e-13, max_iter=100_000, class_weight="balanced" if weights else None
        ).fit(features, y)
        scores = features @ model.coef_.T + model.intercept_
        losses = np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y]
        each = len(y) / (3 * np.bincount(y))[y] if weights else np.ones(len(y))
        loss = (each * losses).sum() / each.sum()
        return [penalty, loss + penalty / 2 * (model.coef_**2).sum(), loss]

    np.save(out / "losses.npy", np.array([fit(xs, p, False) for p in (1e-3, 1e-2, 1.0)]))
    np.save(out / "balanced.npy", np.array([fit(xs[:, :10], p, True) for p in (1e-3, 1e-2, 1.0)]))


if __name__ == "__main__":
    for name, write in (("multilabel", multilabel), ("wide", wide)):
        (ROOT / name).mkdir(exist_ok=True)
        write(ROOT / name)
