"""LightGBM: each objective, each way to treat missing cells, categories, DART, random forests, ranking."""

import lightgbm as lgb
import numpy as np
import pandas as pd

from cases import JUDGED, classes, columns, numbers, probabilities, signal, table, target

BASE = {"verbose": -1, "num_threads": 1, "deterministic": True, "seed": 3}


def make(cases):
    def add(name, params, x, y, rounds=60, judged=None, transform="score", dataset=None):
        booster = lgb.train({**BASE, **params}, lgb.Dataset(x, y, **(dataset or {})), rounds)
        save(name, booster, x[:JUDGED] if judged is None else judged, transform)

    def save(name, booster, data, transform="score"):
        file = cases.path(f"{name}.lgb")
        booster.save_model(file)
        raw = booster.predict(data, raw_score=True)
        answer = booster.predict(data)
        expected = probabilities(answer) if transform == "probability" else columns(answer, "score")
        if transform == "probability" and np.ndim(answer) == 1:
            expected["score"] = answer
        names = None if isinstance(data, pd.DataFrame) else booster.feature_name()
        cases.add(name, file, data, expected, raw=columns(raw, "score"), format="lightgbm", names=names, tolerance="double")

    x = numbers(1)
    y = signal(x)
    add("lightgbm-regression", {"objective": "regression"}, x, y)
    add("lightgbm-l1", {"objective": "regression_l1"}, x, y)
    add("lightgbm-huber", {"objective": "huber"}, x, y)
    add("lightgbm-fair", {"objective": "fair"}, x, y)
    add("lightgbm-quantile", {"objective": "quantile", "alpha": 0.8}, x, y)
    add("lightgbm-mape", {"objective": "mape"}, x, y)
    add("lightgbm-sqrt", {"objective": "regression", "reg_sqrt": True}, x, y)
    positive = np.exp(y / 2)
    add("lightgbm-poisson", {"objective": "poisson"}, x, np.round(positive))
    add("lightgbm-gamma", {"objective": "gamma"}, x, positive)
    add("lightgbm-tweedie", {"objective": "tweedie"}, x, positive)
    add("lightgbm-binary", {"objective": "binary", "sigmoid": 1.7}, x, y > 1, transform="probability")
    add("lightgbm-cross-entropy", {"objective": "cross_entropy"}, x, 1 / (1 + np.exp(-y)))
    add("lightgbm-cross-entropy-lambda", {"objective": "cross_entropy_lambda"}, x, 1 / (1 + np.exp(-y)))
    add("lightgbm-multiclass", {"objective": "multiclass", "num_class": 5}, x, classes(y, 5), transform="probability")
    add("lightgbm-one-versus-all", {"objective": "multiclassova", "num_class": 4, "sigmoid": 0.8}, x, classes(y, 4), transform="probability")

    gaps = numbers(2, missing=0.2, zeros=0.2)
    yg = signal(gaps, 2)
    add("lightgbm-missing-nan", {"objective": "regression"}, gaps, yg)
    add("lightgbm-missing-zero", {"objective": "regression", "zero_as_missing": True}, gaps, yg)
    add("lightgbm-missing-none", {"objective": "regression", "use_missing": False}, gaps, yg)
    add("lightgbm-missing-unseen", {"objective": "regression"}, x, y, judged=gaps[:JUDGED])
    tiny = gaps.copy()
    tiny[::7, 0] = 1e-36
    tiny[::5, 0] = -1e-35
    add("lightgbm-almost-zero", {"objective": "regression", "zero_as_missing": True}, gaps, yg, judged=tiny[:JUDGED])

    add("lightgbm-deep", {"objective": "regression", "num_leaves": 1000, "min_data_in_leaf": 1}, x, y, rounds=20)
    add("lightgbm-chain", {"objective": "regression", "num_leaves": 300, "min_data_in_leaf": 1, "max_bin": 1000}, np.exp(x[:, :1] % 7 * 3), np.exp(y), rounds=5)
    add("lightgbm-thousands", {"objective": "binary", "num_leaves": 8, "learning_rate": 0.01}, gaps, yg > 1, rounds=3000, transform="probability")
    add("lightgbm-stump", {"objective": "regression", "num_leaves": 2}, x, y)
    add("lightgbm-constant", {"objective": "regression", "min_data_in_leaf": 10000}, x, y, rounds=3)
    add("lightgbm-dart", {"objective": "binary", "boosting": "dart", "drop_rate": 0.4}, x, y > 1, transform="probability")
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7, "feature_fraction": 0.7}
    add("lightgbm-forest", {"objective": "regression", **forest}, x, y)
    add("lightgbm-forest-binary", {"objective": "binary", **forest}, x, y > 1, transform="probability")
    add("lightgbm-forest-multiclass", {"objective": "multiclass", "num_class": 3, **forest}, x, classes(y, 3), transform="probability")
    groups = {"group": [15] * 100}
    add("lightgbm-lambdarank", {"objective": "lambdarank"}, x, classes(y, 4), dataset=groups)
    add("lightgbm-xendcg", {"objective": "rank_xendcg"}, x, classes(y, 4), dataset=groups)

    frame = table(5)
    yt = target(frame, 5)
    for column in ("city", "grade", "branch"):
        frame[column] = frame[column].astype("category")
    add("lightgbm-categories", {"objective": "regression", "min_data_per_group": 5, "cat_smooth": 1}, frame, yt)
    odd = frame[:JUDGED].copy()
    odd["city"] = odd["city"].cat.add_categories(["Paris"])
    odd.loc[::9, "city"] = "Paris"
    odd.loc[::11, "grade"] = None
    add("lightgbm-categories-unknown", {"objective": "binary", "max_cat_to_onehot": 1, "min_data_per_group": 5}, frame, yt > 1, judged=odd, transform="probability")
    codes = numbers(6)
    rng = np.random.default_rng(6)
    codes[:, 4] = rng.integers(0, 60, len(codes))
    codes[:, 5] = rng.integers(0, 5, len(codes))
    yc = signal(codes) + (codes[:, 4] % 3)
    judged = codes[:JUDGED].copy()
    judged[::10, 4] = 1000
    judged[::11, 4] = -3
    judged[::13, 4] = np.nan
    judged[::17, 4] = 3.7
    judged[::19, 5] = -0.5
    add("lightgbm-category-codes", {"objective": "regression", "categorical_feature": [4, 5], "min_data_per_group": 5}, codes, yc, judged=judged)
