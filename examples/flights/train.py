"""Makes everything in this folder that is data: the extract, three versions of one model, their numbers, and expected scores."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import pmml  # noqa: E402
from example_files import read_ndjson, sha256, write_json, write_ndjson  # noqa: E402
from boosted_onnx import boosted_trees  # noqa: E402
from prepare import EXTRACT, departures, write_extract  # noqa: E402

SEED = 20130601
# The US Department of Transportation's measure: late is 15 minutes or more after the timetable.
LATE = 15
TARGET = pmml.Category("arrival", ("late", "on-time"))


def is_late(rows):
    return rows.arr_delay >= LATE


def names(late):
    return np.where(late, "late", "on-time")


def trained_on(flights, before):
    """The flights that left before a day and had landed before it, in New York."""
    moment = pd.Timestamp(before, tz="America/New_York").timestamp() // 60
    return flights[(flights.known >= 0) & (flights.known < moment)]


def numbers(columns, medians):
    return [pmml.Number(c, medians[c] if c in medians else None) for c in columns]


def logistic(rows, path, description):
    """Version 1. Unknown weather is replaced with the median; a carrier that it has never seen is refused."""
    columns, weather, texts = ["dep_delay", "hour", "distance"], ["temp", "wind_speed", "visib"], ["carrier", "origin"]
    medians = rows[weather].median()
    filled = rows.fillna(medians)
    scaler, encoder = StandardScaler(), OneHotEncoder()
    model = make_pipeline(
        make_column_transformer((scaler, columns + weather), (encoder, texts)), LogisticRegression(max_iter=2000, random_state=SEED)
    ).fit(filled[columns + weather + texts], is_late(filled))
    scaler, encoder = (model[0].named_transformers_[step] for step in ("standardscaler", "onehotencoder"))
    weights = model[1].coef_[0]
    coefficients = dict(zip(columns + weather, weights[: len(scaler.mean_)] / scaler.scale_))
    categories = [(text, value) for text, values in zip(texts, encoder.categories_) for value in values]
    coefficients |= dict(zip(categories, weights[len(columns + weather) :]))
    intercept = model[1].intercept_[0] - (weights[: len(scaler.mean_)] * scaler.mean_ / scaler.scale_).sum()
    fields = numbers(columns + weather, medians) + [pmml.Category(t, tuple(v)) for t, v in zip(texts, encoder.categories_)]
    tables = {"late": (intercept, coefficients), "on-time": (0, {})}
    pmml.write(pmml.logistic_regression(fields, TARGET, tables, description), path)
    return columns + weather + texts, lambda x: model.predict_proba(x.fillna(medians)[columns + weather + texts])[:, 1]


def minutes_lost(rows, column):
    """Per category: the minutes that its flights lose between departure and arrival, on average, drawn to the mean where they are few."""
    lost = rows.arr_delay - rows.dep_delay
    by = lost.groupby(rows[column]).agg(["mean", "size"])
    return ((by["mean"] * by["size"] + lost.mean() * 100) / (by["size"] + 100)).to_dict(), float(lost.mean())


def forest(rows, path, description):
    """Version 2. Its trees split a text by sets of categories, in the order of the minutes that their flights lose."""
    columns = ["dep_delay", "hour", "distance", "scheduled_minutes"]
    weather = ["temp", "humid", "wind_speed", "precip", "visib", "pressure"]
    texts = ["carrier", "origin", "dest"]
    medians = rows[weather].median()
    common = rows.dest.mode()[0]
    codes = {t: sorted(means, key=lambda value: (means[value], value)) for t in texts for means in [minutes_lost(rows, t)[0]]}

    def table(x):
        dest = x.dest.where(x.dest.isin(codes["dest"]), common)
        coded = {t: (dest if t == "dest" else x[t]).map(codes[t].index) for t in texts}
        return x.fillna(medians)[columns + weather].assign(**coded).astype("float32")

    model = RandomForestClassifier(
        n_estimators=20, max_leaf_nodes=32, min_samples_leaf=60, max_features=0.8, random_state=SEED, n_jobs=2
    ).fit(table(rows), names(is_late(rows)))
    model.set_params(n_jobs=1)  # threads would add up the trees in any order
    fields = numbers(columns + weather, medians) + [
        pmml.Category(t, tuple(sorted(codes[t])), *((common, "asMissing") if t == "dest" else ())) for t in texts
    ]
    pmml.write(pmml.random_forest(model, fields, TARGET, description, codes), path)
    return columns + weather + texts, lambda x: model.predict_proba(table(x))[:, list(model.classes_).index("late")]


def boosted(rows, path, description):
    """Version 3. The texts go in as texts: the graph itself looks up the minutes that a category's flights lose."""
    texts = ["carrier", "origin", "dest"]
    columns = [
        "distance", "scheduled_minutes", "day_of_week", "hour", "dep_delay", "temp", "dewp", "humid", "wind_dir", "wind_speed",
        "wind_gust", "precip", "pressure", "visib", "plane_year", "seats", "departures_last_hour", "minutes_lost_last_hour",
    ]  # fmt: skip
    lookups = {t: minutes_lost(rows, t) for t in texts}

    def table(x):
        looked_up = {t: x[t].map(means).fillna(mean) for t, (means, mean) in lookups.items()}
        return x[columns].assign(**looked_up).astype("float32")

    model = LGBMClassifier(
        n_estimators=150, num_leaves=31, learning_rate=0.06, min_child_samples=100,
        random_state=SEED, n_jobs=2, deterministic=True, force_row_wise=True, verbose=-1,
    ).fit(table(rows), names(is_late(rows)))  # fmt: skip
    path.write_bytes(boosted_trees(model, columns, lookups, description))
    return columns + texts, lambda x: model.predict_proba(table(x))[:, list(model.classes_).index("late")]


VERSIONS = [
    ("1", "pmml", "2013-04-01", logistic, "Late arrival: a logistic regression on the delay at departure, the hour and the weather, trained on a winter"),
    ("2", "pmml", "2013-05-01", forest, "Late arrival: a random forest that also knows the destination, the timetable and more of the weather"),
    ("3", "onnx", "2013-06-01", boosted, "Late arrival: boosted trees that also see how flights that just landed have fared, trained on five months"),
]  # fmt: skip


def measure(late, probability):
    return {
        "auc": round(float(roc_auc_score(late, probability)), 4),
        "logLoss": round(float(log_loss(late, probability)), 4),
        "accuracy": round(float(accuracy_score(late, probability >= 0.5)), 4),
        "brier": round(float(brier_score_loss(late, probability)), 4),
    }


def baselines(past, late, records):
    """What one can say without a model: always the share of late flights, or that share by whether the flight left late."""
    left_late, was_late = past.dep_delay >= LATE, is_late(past)
    by_departure = np.where(records.dep_delay >= LATE, was_late[left_late].mean(), was_late[~left_late].mean())
    always = np.full(len(late), was_late.mean())
    return [
        {"name": "always-the-same", "description": "The share of late flights from January to May", "metrics": measure(late, always)},
        {
            "name": "late-if-it-left-late",
            "description": f"That share by whether the flight left {LATE} minutes or more behind its timetable",
            "metrics": measure(late, by_departure),
        },
    ]


def chosen(records, seed_rows=260):
    """Rows whose scores are committed: some of every kind, among them each kind of missing value and destinations new to a model."""
    rare = [records.index[records[c].isna()][:6] for c in ("temp", "wind_speed", "wind_gust", "pressure", "plane_year", "minutes_lost_last_hour")]
    rare += [g[:2] for _, g in records.groupby("dest").groups.items()] + [g[:2] for _, g in records.groupby("carrier").groups.items()]
    some = np.random.default_rng(SEED).choice(records.index, seed_rows, replace=False)
    return records.loc[sorted(set(some).union(*map(set, rare)))]


def main():
    flights = departures()
    write_extract(flights)
    # From here on the extract is what the files say, as it will be when it is served.
    records = pd.DataFrame(read_ndjson(HERE / "records.ndjson.gz"))
    delays = {label["id"]: label["arr_delay"] for label in read_ndjson(HERE / "labels.ndjson.gz")}
    known = records.id.isin(list(delays))
    late = records.id[known].map(delays) >= LATE
    sample, models = chosen(records), []
    expected = [{"id": flight, "late": {}} for flight in sample.id]
    for version, format_, before, train, description in VERSIONS:
        path = HERE / f"late-arrival-{version}.{format_}"
        past = trained_on(flights, before)
        columns, predict = train(past, path, description)
        for row, probability in zip(expected, predict(sample)):
            row["late"][version] = float(probability)
        models.append({
            "name": "late-arrival", "version": version, "format": format_, "file": path.name, "sha256": sha256(path),
            "description": description, "trainedOn": f"{len(past)} departures of 2013 that landed before {before}",
            "metrics": measure(late, predict(records[known])), "inputs": {c: c for c in columns},
        })  # fmt: skip
        print(version, path.stat().st_size, models[-1]["metrics"])
    write_ndjson(HERE / "expected.ndjson.gz", expected)
    write_json(HERE / "models.json", {
        "dataType": "flight",
        "measuredOn": f"{len(late)} departures with a known arrival of the {len(records)} from {EXTRACT[0]} until {EXTRACT[1]}, none of them trained on",
        "baselines": baselines(trained_on(flights, EXTRACT[0]), late, records[known]),
        "models": models,
    })  # fmt: skip


main()
