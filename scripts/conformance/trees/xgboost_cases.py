"""XGBoost in JSON and UBJSON: objectives, missing cells, categories, DART, forests, several targets, ranking."""

import json

import numpy as np
import pandas as pd
import xgboost as xgb

from cases import JUDGED, classes, columns, numbers, probabilities, signal, table, target

BASE = {"nthread": 1, "seed": 3, "max_depth": 5}


def make(cases):
    def add(name, params, x, y, rounds=60, judged=None, transform="score", ubj=False, **matrix):
        group = matrix.pop("group", None)
        metadata = matrix.pop("metadata", {})
        train = xgb.DMatrix(x, y, **matrix)
        if group is not None:
            train.set_group(group)
        booster = xgb.train({**BASE, **params}, train, rounds)
        data = x[:JUDGED] if judged is None else judged
        matrix.pop("weight", None)
        judge = xgb.DMatrix(data, **matrix)
        file = cases.path(f"{name}.{'ubj' if ubj else 'xgb.json'}")
        booster.save_model(file)
        if ubj is False:
            # The same model must be the same in the other form.
            booster.save_model(cases.path(f"{name}.ubj"))
        answer = booster.predict(judge)
        expected = probabilities(answer) if transform == "probability" and np.ndim(answer) > 1 else columns(answer, "score")
        if transform == "label":
            expected = {"label": [str(int(v)) for v in answer]}
        names = None if isinstance(data, pd.DataFrame) else [f"f{i}" for i in range(data.shape[1])]
        raw = columns(booster.predict(judge, output_margin=True), "score")
        cases.add(name, file, data, expected, raw=raw, format="xgboost", names=names, tolerance="single", metadata=metadata)

    x = numbers(11)
    y = signal(x)
    positive = np.exp(y / 2)
    add("xgboost-squared-error", {"objective": "reg:squarederror"}, x, y)
    add("xgboost-ubjson", {"objective": "reg:squarederror"}, x, y, ubj=True)
    add("xgboost-base-score", {"objective": "reg:squarederror", "base_score": 0.3}, x, y)
    add("xgboost-squared-log", {"objective": "reg:squaredlogerror"}, x, positive)
    add("xgboost-pseudo-huber", {"objective": "reg:pseudohubererror"}, x, y)
    add("xgboost-absolute", {"objective": "reg:absoluteerror"}, x, y)
    add("xgboost-quantiles", {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9]}, x, y)
    add("xgboost-poisson", {"objective": "count:poisson"}, x, np.round(positive))
    add("xgboost-gamma", {"objective": "reg:gamma"}, x, positive)
    add("xgboost-tweedie", {"objective": "reg:tweedie"}, x, positive)
    add("xgboost-logistic", {"objective": "binary:logistic"}, x, y > 1)
    add("xgboost-regression-logistic", {"objective": "reg:logistic"}, x, 1 / (1 + np.exp(-y)))
    add("xgboost-logit-raw", {"objective": "binary:logitraw"}, x, y > 1)
    add("xgboost-hinge", {"objective": "binary:hinge"}, x, y > 1)
    add("xgboost-softprob", {"objective": "multi:softprob", "num_class": 5}, x, classes(y, 5), transform="probability")
    add("xgboost-softprob-ubjson", {"objective": "multi:softprob", "num_class": 3}, x, classes(y, 3), transform="probability", ubj=True)
    add("xgboost-softmax", {"objective": "multi:softmax", "num_class": 4}, x, classes(y, 4), transform="label")
    add("xgboost-pairwise", {"objective": "rank:pairwise"}, x, classes(y, 4), group=[15] * 100)
    add("xgboost-ndcg", {"objective": "rank:ndcg"}, x, classes(y, 4), group=[15] * 100)
    add("xgboost-cox", {"objective": "survival:cox"}, x, np.where(y > 1, positive, -positive))
    aft = {"label_lower_bound": positive, "label_upper_bound": positive * 1.1}
    train = xgb.DMatrix(x, **aft)
    booster = xgb.train({**BASE, "objective": "survival:aft"}, train, 40)
    file = cases.path("xgboost-aft.xgb.json")
    booster.save_model(file)
    judge = xgb.DMatrix(x[:JUDGED])
    cases.add("xgboost-aft", file, x[:JUDGED], columns(booster.predict(judge), "score"), raw=columns(booster.predict(judge, output_margin=True), "score"),
              format="xgboost", names=[f"f{i}" for i in range(8)], tolerance="single")

    gaps = numbers(12, missing=0.2, zeros=0.2)
    add("xgboost-missing", {"objective": "reg:squarederror"}, gaps, signal(gaps))
    add("xgboost-missing-unseen", {"objective": "reg:squarederror"}, x, y, judged=gaps[:JUDGED])
    add("xgboost-deep", {"objective": "reg:squarederror", "max_depth": 0, "max_leaves": 600, "grow_policy": "lossguide", "min_child_weight": 0}, x, y, rounds=20)
    add("xgboost-thousands", {"objective": "binary:logistic", "max_depth": 3, "eta": 0.01}, gaps, signal(gaps) > 1, rounds=3000)
    add("xgboost-pruned", {"objective": "reg:squarederror", "gamma": 5, "tree_method": "exact"}, x, y)
    add("xgboost-dart", {"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.3}, x, y > 1)
    add("xgboost-dart-multiclass", {"objective": "multi:softprob", "num_class": 3, "booster": "dart", "rate_drop": 0.3}, x, classes(y, 3), transform="probability")
    forest = {"num_parallel_tree": 40, "eta": 1, "subsample": 0.7, "colsample_bynode": 0.7}
    add("xgboost-forest", {"objective": "reg:squarederror", **forest}, x, y, rounds=1)
    add("xgboost-boosted-forest", {"objective": "multi:softprob", "num_class": 3, **forest, "eta": 0.3}, x, classes(y, 3), rounds=3, transform="probability")
    two = np.c_[y, x[:, 0] + y, -y]
    add("xgboost-targets", {"objective": "reg:squarederror"}, x, two)
    add("xgboost-vector-leaves", {"objective": "reg:squarederror", "multi_strategy": "multi_output_tree"}, x, two)
    add("xgboost-labels", {"objective": "binary:logistic"}, x, (two > 1).astype(int))
    add("xgboost-early-stop", {"objective": "reg:squarederror", "eta": 1.0}, x, y, rounds=5)

    frame = table(15)
    yt = target(frame, 15)
    # XGBoost 3.2 cuts texts of a data frame at the wrong places where they are not ASCII; the descriptor may give them.
    frame["city"] = frame["city"].replace({"Zürich": "Zurich", "Genève": "Geneva"})
    for column in ("city", "grade", "branch"):
        frame[column] = frame[column].astype("category")
    add("xgboost-categories", {"objective": "reg:squarederror", "max_cat_to_onehot": 1}, frame, yt, enable_categorical=True)
    add("xgboost-categories-one-hot", {"objective": "reg:squarederror", "max_cat_to_onehot": 100}, frame, yt, enable_categorical=True)
    add("xgboost-categories-ubjson", {"objective": "binary:logistic", "max_cat_to_onehot": 4}, frame, yt > 1, enable_categorical=True, ubj=True)
    told = frame.copy()
    told["city"] = told["city"].astype(str).replace({"Zurich": "Zürich"}).astype("category")
    texts = {"city": list(told["city"].cat.categories), "branch": [str(b) for b in told["branch"].cat.categories]}
    add("xgboost-categories-declared", {"objective": "reg:squarederror", "max_cat_to_onehot": 1}, told, yt, enable_categorical=True,
        metadata={"categories": json.dumps(texts)})
    holes = frame.copy()
    holes.loc[::9, "city"] = None
    add("xgboost-categories-missing", {"objective": "reg:squarederror", "max_cat_to_onehot": 1}, holes, yt, enable_categorical=True)
    codes = numbers(16)
    rng = np.random.default_rng(16)
    codes[:, 4] = rng.integers(0, 60, len(codes))
    codes[:, 5] = rng.integers(0, 5, len(codes))
    types = ["q"] * 4 + ["c", "c"] + ["q"] * 2
    judged = codes[:JUDGED].copy()
    judged[::10, 4] = 1000
    judged[::13, 4] = np.nan
    add("xgboost-category-codes", {"objective": "reg:squarederror", "max_cat_to_onehot": 6}, codes, signal(codes) + codes[:, 4] % 3, judged=judged,
        feature_types=types, enable_categorical=True)
