"""Bytewax: a dataflow of one map in one worker. It keeps offsets in its own recovery store; without one, as here, it starts at the beginning."""

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.testing import run_main
from options import options
from scoring import Forest

o = options()
forest = Forest(o["model"])
flow = Dataflow("peer")
records = op.input("records", flow, KafkaSource([o["bootstrap"]], [o["input"]]))
answers = op.map("score", records, lambda record: KafkaSinkMessage(record.key, forest.answer(record.value)))
op.output("answers", answers, KafkaSink([o["bootstrap"]], o["output"], add_config={"linger.ms": o["linger"]}))
run_main(flow)
