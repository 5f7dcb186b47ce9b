"""Trees of scikit-learn, LightGBM and XGBoost as ONNX: what ONNX Runtime answers exactly, and what the library answers nearly."""

import lightgbm as lgb
import numpy as np
import onnx
import onnxmltools
import onnxruntime as ort
import xgboost as xgb
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cases import JUDGED, classes, columns, numbers, probabilities, signal

FEATURES = 8

# skl2onnx gives flags as booleans where the protobuf of this version wants integers.
made = onnx.helper.make_attribute


def make_attribute(key, value, *args, **more):
    if isinstance(value, list) and any(isinstance(v, (bool, np.bool_)) for v in value):
        value = [int(v) for v in value]
    return made(key, value, *args, **more)


onnx.helper.make_attribute = make_attribute


def make(cases):
    def save(name, model, judged, near=None, own=True):
        file = cases.path(f"{name}.onnx")
        onnx.save(model, file)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        answers = session.run(None, {session.get_inputs()[0].name: judged})
        expected = {}
        for output, answer in zip(session.get_outputs(), answers):
            if isinstance(answer, list):
                expected.update({f"probability({c})": [row[c] for row in answer] for c in answer[0]})
            elif answer.dtype.kind in "iuO":
                expected["label"] = [str(v) for v in np.ravel(answer)]
            elif "label" in expected:
                expected.update({f"probability({c})": answer[:, c] for c in range(answer.shape[1])})
            elif answer.ndim == 1 or answer.shape[1] == 1:
                expected["score"] = np.ravel(answer)
            else:
                expected.update({f"{output.name}[{k}]": answer[:, k] for k in range(answer.shape[1])})
        names = [f"{session.get_inputs()[0].name}[{i}]" for i in range(FEATURES)]
        cases.add(name, file, judged.astype(float), expected, format="onnx", names=names, tolerance="single", near=near or {}, own=own)

    def sklearn(name, estimator, x, y, judged=None, zipmap=True, own=True):
        estimator.fit(x, y)
        options = {"zipmap": zipmap} if hasattr(estimator, "predict_proba") else None
        model = to_onnx(estimator, x[:1], options={id(estimator): options} if options else None)
        judged = x[:JUDGED] if judged is None else judged
        if hasattr(estimator, "predict_proba"):
            near = probabilities(estimator.predict_proba(judged), [str(c) for c in estimator.classes_])
        else:
            near = columns(estimator.predict(judged), "score" if np.ndim(y) == 1 else "variable")
        save(name, model, judged, near, own)

    x = numbers(31).astype(np.float32)
    y = signal(x.astype(float)).astype(np.float32)
    two, three = classes(y, 2), classes(y, 3)
    names = np.array(["low", "mid", "high"])[three]
    sklearn("onnx-tree", DecisionTreeRegressor(random_state=1), x, y)
    sklearn("onnx-tree-classes", DecisionTreeClassifier(random_state=1, min_samples_leaf=5), x, three)
    sklearn("onnx-tree-names", DecisionTreeClassifier(random_state=1, min_samples_leaf=5), x, names)
    sklearn("onnx-tree-two-classes", DecisionTreeClassifier(random_state=1, min_samples_leaf=5), x, two)
    sklearn("onnx-forest", RandomForestRegressor(100, random_state=1, max_depth=7), x, y)
    sklearn("onnx-forest-targets", RandomForestRegressor(30, random_state=1, max_depth=6), x, np.c_[y, -y])
    sklearn("onnx-forest-classes", RandomForestClassifier(30, random_state=1), x, three)
    sklearn("onnx-forest-names", RandomForestClassifier(40, random_state=1, max_depth=8), x, names)
    sklearn("onnx-forest-two-classes", RandomForestClassifier(30, random_state=1), x, two)
    sklearn("onnx-forest-no-maps", RandomForestClassifier(40, random_state=1), x, three, zipmap=False)
    sklearn("onnx-forest-two-no-maps", RandomForestClassifier(40, random_state=1), x, two, zipmap=False)
    sklearn("onnx-forest-deep", RandomForestRegressor(40, random_state=1), x, y)
    sklearn("onnx-extra-trees", ExtraTreesRegressor(20, random_state=1), x, y)
    sklearn("onnx-extra-trees-classes", ExtraTreesClassifier(20, random_state=1), x, three)
    sklearn("onnx-boosting", GradientBoostingRegressor(random_state=1), x, y)
    sklearn("onnx-boosting-two-classes", GradientBoostingClassifier(random_state=1), x, two)
    sklearn("onnx-boosting-classes", GradientBoostingClassifier(random_state=1, n_estimators=40), x, three)
    gaps = numbers(32, missing=0.2).astype(np.float32)
    yg = signal(gaps.astype(float)).astype(np.float32)
    sklearn("onnx-histogram-boosting", HistGradientBoostingRegressor(random_state=1), x, y)
    sklearn("onnx-histogram-missing", HistGradientBoostingRegressor(random_state=1), gaps, yg)
    sklearn("onnx-histogram-two-classes", HistGradientBoostingClassifier(random_state=1), gaps, classes(yg, 2))
    sklearn("onnx-histogram-classes", HistGradientBoostingClassifier(random_state=1, max_iter=40), gaps, classes(yg, 3))
    sklearn("onnx-scaled-forest", make_pipeline(StandardScaler(), RandomForestRegressor(20, random_state=1, max_depth=6)), x, y)
    sklearn("onnx-scaled-forest-classes", make_pipeline(StandardScaler(), RandomForestClassifier(20, random_state=1, max_depth=6)), x, three)
    sklearn("onnx-imputed-forest", make_pipeline(SimpleImputer(), StandardScaler(), RandomForestRegressor(20, random_state=1, max_depth=6)), gaps, yg)
    # More than trees: these are ONNX Runtime's.
    sklearn("onnx-bagging", BaggingRegressor(random_state=1), x, y, own=False)
    sklearn("onnx-adaboost", AdaBoostRegressor(random_state=1), x, y, own=False)

    inputs = [("X", FloatTensorType([None, FEATURES]))]
    for name, estimator, target in (
        ("regression", lgb.LGBMRegressor(n_estimators=60, verbose=-1), yg),
        ("two-classes", lgb.LGBMClassifier(n_estimators=60, verbose=-1), classes(yg, 2)),
        ("classes", lgb.LGBMClassifier(n_estimators=40, verbose=-1), classes(yg, 3)),
        ("forest", lgb.LGBMRegressor(boosting_type="rf", bagging_freq=1, bagging_fraction=0.7, n_estimators=40, verbose=-1), yg),
    ):
        estimator.fit(gaps, target)
        model = onnxmltools.convert_lightgbm(estimator, initial_types=inputs, target_opset=15)
        save(f"onnx-lightgbm-{name}", model, gaps[:JUDGED], own=None)
    for name, estimator, target in (
        ("regression", xgb.XGBRegressor(n_estimators=60, max_depth=5), yg),
        ("two-classes", xgb.XGBClassifier(n_estimators=60, max_depth=5), classes(yg, 2)),
        ("classes", xgb.XGBClassifier(n_estimators=40, max_depth=4), classes(yg, 3)),
    ):
        estimator.fit(gaps, target)
        try:
            model = onnxmltools.convert_xgboost(estimator, initial_types=inputs, target_opset=15)
        except Exception as error:  # The converter does not know every version's file.
            print(f"onnx-xgboost-{name} can't be converted: {str(error)[:100]}")
            continue
        save(f"onnx-xgboost-{name}", model, gaps[:JUDGED], own=None)
