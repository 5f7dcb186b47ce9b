"""CatBoost in JSON: losses, missing cells, one-hot categories, statistics of categories and their combinations, other trees."""

import catboost as cb
import numpy as np
import pandas as pd

from cases import JUDGED, classes, columns, numbers, probabilities, signal, table, target

BASE = {"verbose": 0, "thread_count": 1, "random_seed": 3, "iterations": 60, "depth": 5, "allow_writing_files": False}
CATEGORIES = ["city", "grade", "branch"]


def make(cases):
    def add(name, params, x, y, judged=None, kind="RawFormulaVal", with_pool=True, group=None):
        categories = CATEGORIES if isinstance(x, pd.DataFrame) else None
        model = cb.CatBoost({**BASE, **params})
        pool = cb.Pool(x, y, cat_features=categories, group_id=group)
        model.fit(pool)
        file = cases.path(f"{name}.cb.json")
        model.save_model(file, format="json", pool=pool if with_pool else None)
        data = x[:JUDGED] if judged is None else judged
        judge = cb.Pool(data, cat_features=categories)
        answer = model.predict(judge, prediction_type=kind)
        if kind == "Probability":
            names = [str(c) for c in model.classes_] if len(model.classes_) else None
            expected = probabilities(answer, names)
            if names is not None:
                expected["label"] = [str(v) for v in np.ravel(model.predict(judge, prediction_type="Class"))]
        elif kind == "RMSEWithUncertainty":
            expected = {"score": answer[:, 0], "variance": answer[:, 1]}
        else:
            expected = columns(answer, "score")
        names = None if isinstance(data, pd.DataFrame) else [str(i) for i in range(data.shape[1])]
        raw = columns(model.predict(judge, prediction_type="RawFormulaVal"), "score")
        cases.add(name, file, data, expected, raw=raw, format="catboost", names=names, tolerance="double")

    x = numbers(21)
    y = signal(x)
    add("catboost-regression", {"loss_function": "RMSE"}, x, y)
    add("catboost-mae", {"loss_function": "MAE"}, x, y)
    add("catboost-quantile", {"loss_function": "Quantile:alpha=0.8"}, x, y)
    add("catboost-poisson", {"loss_function": "Poisson"}, x, np.round(np.exp(y / 2)), kind="Exponent")
    add("catboost-tweedie", {"loss_function": "Tweedie:variance_power=1.5"}, x, np.exp(y / 2), kind="Exponent")
    add("catboost-uncertainty", {"loss_function": "RMSEWithUncertainty"}, x, y, kind="RMSEWithUncertainty")
    add("catboost-logloss", {"loss_function": "Logloss"}, x, (y > 1).astype(int), kind="Probability")
    add("catboost-logloss-names", {"loss_function": "Logloss"}, x, np.where(y > 1, "yes", "no"), kind="Probability")
    add("catboost-cross-entropy", {"loss_function": "CrossEntropy"}, x, 1 / (1 + np.exp(-y)), kind="Probability")
    add("catboost-multiclass", {"loss_function": "MultiClass"}, x, classes(y, 5), kind="Probability")
    add("catboost-multiclass-names", {"loss_function": "MultiClass"}, x, np.array(["low", "mid", "high"])[classes(y, 3)], kind="Probability")
    add("catboost-one-versus-all", {"loss_function": "MultiClassOneVsAll"}, x, classes(y, 4), kind="Probability")
    add("catboost-multi-rmse", {"loss_function": "MultiRMSE"}, x, np.c_[y, -y, x[:, 0]])
    add("catboost-ranking", {"loss_function": "YetiRank"}, x, classes(y, 4), group=np.repeat(np.arange(100), 15))

    gaps = numbers(22, missing=0.2, zeros=0.2)
    yg = signal(gaps)
    add("catboost-missing-min", {"nan_mode": "Min"}, gaps, yg)
    add("catboost-missing-max", {"nan_mode": "Max"}, gaps, yg)
    add("catboost-missing-unseen", {}, x, y, judged=gaps[:JUDGED])
    add("catboost-deep", {"depth": 10, "iterations": 30}, x, y)
    add("catboost-thousands", {"depth": 4, "iterations": 3000, "learning_rate": 0.02}, gaps, yg)
    add("catboost-many-borders", {"border_count": 1000, "iterations": 100}, x, y)
    add("catboost-lossguide", {"grow_policy": "Lossguide", "max_leaves": 40}, gaps, yg)
    add("catboost-depthwise", {"grow_policy": "Depthwise", "depth": 7, "loss_function": "MultiClass"}, x, classes(y, 3), kind="Probability")

    frame = table(25)
    yt = target(frame, 25)
    frame["branch"] = frame["branch"].astype(str)
    add("catboost-one-hot", {"one_hot_max_size": 255}, frame, yt)
    add("catboost-statistics", {"one_hot_max_size": 2, "max_ctr_complexity": 1}, frame, yt)
    add("catboost-combinations", {"one_hot_max_size": 4, "max_ctr_complexity": 4, "iterations": 150}, frame, yt)
    add("catboost-combinations-classes", {"one_hot_max_size": 4, "loss_function": "MultiClass", "iterations": 100}, frame, classes(yt, 4), kind="Probability")
    kinds = ["Borders:TargetBorderCount=3", "Buckets:TargetBorderCount=2", "BinarizedTargetMeanValue:TargetBorderCount=4", "Counter"]
    add("catboost-all-statistics", {"one_hot_max_size": 2, "simple_ctr": kinds, "combinations_ctr": kinds, "iterations": 120}, frame, yt)
    odd = frame[:JUDGED].copy()
    odd.loc[::9, "city"] = "Saint-Julien-en-Genevois, where nobody of the training data has ever lived, and which is long"
    odd.loc[::7, "city"] = "Paris"
    odd.loc[::5, "grade"] = "Zweiunddreissig Zeichen und mehr, ja"
    odd.loc[::11, "branch"] = ""
    add("catboost-unknown-categories", {"one_hot_max_size": 4, "max_ctr_complexity": 3}, frame, yt, judged=odd, with_pool=False)
    long = frame.copy()
    long["city"] = [f"{c} " * (1 + i % 12) for i, c in enumerate(long["city"])]
    add("catboost-long-texts", {"one_hot_max_size": 2, "max_ctr_complexity": 2}, long, yt)
    numbered = frame.copy()
    numbered["branch"] = numbered["branch"].astype(int)
    add("catboost-numbers-as-categories", {"one_hot_max_size": 2}, numbered, yt)
    add("catboost-categories-lossguide", {"one_hot_max_size": 10, "grow_policy": "Lossguide"}, frame, yt)
