"""Quix Streams: a dataframe with one apply, at least once."""

from options import options
from quixstreams import Application
from scoring import Forest

o = options()
forest = Forest(o["model"])
application = Application(
    broker_address=o["bootstrap"],
    consumer_group=o["group"],
    auto_offset_reset="earliest",
    processing_guarantee="exactly-once" if o["guarantee"] == "exactly-once" else "at-least-once",
    producer_extra_config={"linger.ms": int(o["linger"])},
    state_dir=o["directory"],
    loglevel="WARNING",
)
records = application.topic(o["input"], key_deserializer="bytes", value_deserializer="bytes")
answers = application.topic(o["output"], key_serializer="bytes", value_serializer="bytes")
application.dataframe(records).apply(forest.answer).to_topic(answers)
application.run()
