"""Makes everything in this folder that is data: the wines, two versions of one model, their numbers, and expected scores."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import pmml  # noqa: E402
from example_files import sha256, write_json, write_ndjson  # noqa: E402

SEED = 178
# scikit-learn numbers the cultivars in the order of the original study.
CULTIVARS = np.array(["Barolo", "Grignolino", "Barbera"])
EASY = ["alcohol", "ash", "color_intensity", "hue"]


def wines():
    """The records in a fixed random order (the source is sorted by cultivar), and the cultivar of each."""
    source = load_wine()
    order = np.random.default_rng(SEED).permutation(len(source.target))
    names = [name.replace("/", "_") for name in source.feature_names]
    records = pd.DataFrame(source.data[order], columns=names)
    records.insert(0, "id", [f"wine-{number:03}" for number in range(1, len(records) + 1)])
    records.insert(0, "dataType", "wine")
    return records, names, pd.Series(CULTIVARS[source.target[order]], name="cultivar")


def logistic(records, cultivars, path):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000, random_state=SEED)).fit(records[EASY], cultivars)
    scaler, regression = model[0], model[1]
    tables = {}
    for cultivar, weights, intercept in zip(regression.classes_, regression.coef_, regression.intercept_):
        coefficients = weights / scaler.scale_
        tables[cultivar] = (intercept - (coefficients * scaler.mean_).sum(), dict(zip(EASY, coefficients)))
    target = pmml.Category("cultivar", tuple(regression.classes_))
    pmml.write(pmml.logistic_regression([pmml.Number(name) for name in EASY], target, tables, DESCRIPTIONS["1"]), path)
    return model, EASY


def forest(records, cultivars, path):
    features = [name for name in records.columns if name not in ("dataType", "id")]
    model = RandomForestClassifier(n_estimators=40, random_state=SEED).fit(records[features].astype("float32"), cultivars)
    graph = convert_sklearn(
        model, name="cultivar", initial_types=[("features", FloatTensorType([None, len(features)]))], target_opset={"": 15, "ai.onnx.ml": 3}
    )
    graph.opset_import.sort(key=lambda opset: opset.domain)  # the converter leaves them in any order
    graph.doc_string = DESCRIPTIONS["2"]
    onnx.helper.set_model_props(graph, {"feature_names": ",".join(features)})
    onnx.checker.check_model(graph)
    path.write_bytes(graph.SerializeToString(deterministic=True))
    return model, features


DESCRIPTIONS = {
    "1": "Cultivar of a wine: a logistic regression on the four measurements that are easy to take",
    "2": "Cultivar of a wine: a random forest on all thirteen measurements",
}


def measure(model, table, cultivars):
    """Over ten folds, so that every wine is judged by a model that has not seen it."""
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    shares = cross_val_predict(model, table, cultivars, cv=folds, method="predict_proba")
    classes = np.unique(cultivars)
    return {
        "accuracy": round(float(accuracy_score(cultivars, classes[shares.argmax(axis=1)])), 4),
        "logLoss": round(float(log_loss(cultivars, shares, labels=classes)), 4),
    }


def main():
    records, features, cultivars = wines()
    records.to_csv(HERE / "records.csv", index=False, lineterminator="\n")
    pd.concat([records.id, cultivars], axis=1).to_csv(HERE / "labels.csv", index=False, lineterminator="\n")
    expected, models = [{"id": wine, "cultivar": {}} for wine in records.id], []
    for version, format_, train in (("1", "pmml", logistic), ("2", "onnx", forest)):
        path = HERE / f"cultivar-{version}.{format_}"
        model, inputs = train(records, cultivars, path)
        for row, shares in zip(expected, model.predict_proba(records[inputs])):
            row["cultivar"][version] = {str(c): float(share) for c, share in zip(model.classes_, shares)}
        models.append({
            "name": "cultivar", "version": version, "format": format_, "file": path.name, "sha256": sha256(path),
            "description": DESCRIPTIONS[version], "trainedOn": f"all {len(records)} wines",
            "metrics": measure(model, records[inputs], cultivars), "inputs": {name: name for name in inputs},
        })  # fmt: skip
        print(version, path.stat().st_size, models[-1]["metrics"])
    write_ndjson(HERE / "expected.ndjson.gz", expected)
    commonest = cultivars.value_counts(normalize=True)
    write_json(HERE / "models.json", {
        "dataType": "wine",
        "measuredOn": f"{len(records)} wines in ten folds, each judged by a model that was not trained on it",
        "baselines": [{
            "name": "always-the-same",
            "description": f"The commonest cultivar, {commonest.index[0]}, and the share of each",
            "metrics": {
                "accuracy": round(float(commonest.iloc[0]), 4),
                "logLoss": round(float(log_loss(cultivars, np.tile(commonest.sort_index(), (len(cultivars), 1)))), 4),
            },
        }],
        "models": models,
    })  # fmt: skip


main()
