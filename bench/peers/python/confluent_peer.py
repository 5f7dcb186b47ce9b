"""confluent-kafka (librdkafka): consume a batch, score it in one call, produce; flush and commit once a second, so at least once."""

import time

from confluent_kafka import Consumer, Producer
from options import options
from scoring import Forest

BATCH = 1000
COMMIT_SECONDS = 1

o = options()
forest = Forest(o["model"])
consumer = Consumer(
    {"bootstrap.servers": o["bootstrap"], "group.id": o["group"], "auto.offset.reset": "earliest", "enable.auto.commit": False}
)
producer = Producer(
    {
        "bootstrap.servers": o["bootstrap"],
        "linger.ms": int(o["linger"]),
        "batch.num.messages": 10000,
        "queue.buffering.max.messages": 1000000,
    }
)
consumer.subscribe([o["input"]])
committed = time.monotonic()
uncommitted = False
while True:
    # It waits until the batch is full or the time is over: long where throughput matters, short where latency does.
    messages = consumer.consume(BATCH, 0.1 if o["linger"] != "0" else 0.001)
    if messages:
        for message, answer in zip(messages, forest.answers([message.value() for message in messages])):
            producer.produce(o["output"], answer, message.key(), message.partition())
        producer.poll(0)
        uncommitted = True
    if uncommitted and time.monotonic() - committed > COMMIT_SECONDS:
        producer.flush()
        consumer.commit(asynchronous=False)
        committed = time.monotonic()
        uncommitted = False
