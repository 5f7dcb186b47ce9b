package sluice.bench.driver;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts records on topics: record n on partition n modulo their number. */
final class Offers {
  private static final long TICK_NANOS = 1_000_000;
  private final KafkaProducer<byte[], byte[]> bulk;
  private final KafkaProducer<byte[], byte[]> prompt;
  private final Map<String, Created> created = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  Offers(String bootstrap) {
    bulk = producer(bootstrap, 50, 512 * 1024);
    prompt = producer(bootstrap, 0, 16 * 1024);
  }

  /** The times of the last offer at a rate on this topic, or null. */
  Created created(String topic) {
    return topic == null ? null : created.get(topic);
  }

  Map<String, ?> stop() {
    stopped = true;
    return Map.of();
  }

  /** As many as are asked for, as fast as can be, until it is stopped; resolves when the broker has them. */
  Map<String, ?> load(RecordSet records, Map<String, String> options) {
    stopped = false;
    String topic = options.get("topic");
    int partitions = Integer.parseInt(options.get("partitions"));
    long from = Long.parseLong(options.get("from"));
    long count = Long.parseLong(options.get("count"));
    AtomicReference<Exception> failure = new AtomicReference<>();
    Callback callback = callback(failure);
    long begun = System.nanoTime();
    long sent = 0;
    for (; sent < count && !stopped; sent++) send(bulk, topic, from + sent, partitions, records, null, callback);
    bulk.flush();
    if (failure.get() != null) throw new IllegalStateException(failure.get());
    return Map.of("records", sent, "ms", (System.nanoTime() - begun) / 1_000_000);
  }

  /** So many a second for so many seconds, in portions of a millisecond. {@code late} is by how much the last tick was late, at worst. */
  Map<String, ?> rate(RecordSet records, Map<String, String> options) {
    stopped = false;
    String topic = options.get("topic");
    int partitions = Integer.parseInt(options.get("partitions"));
    long from = Long.parseLong(options.get("from"));
    int rate = Integer.parseInt(options.get("rate"));
    int count = (int) (rate * Double.parseDouble(options.get("seconds")));
    AtomicReference<Exception> failure = new AtomicReference<>();
    Callback callback = callback(failure);
    long start = System.currentTimeMillis();
    Created times = new Created(from, count, start);
    created.put(topic, times);
    long begun = System.nanoTime();
    long worst = 0;
    int sent = 0;
    for (long tick = 1; sent < count && !stopped; tick++) {
      long due = begun + tick * TICK_NANOS;
      for (long now = System.nanoTime(); now < due; now = System.nanoTime()) LockSupport.parkNanos(due - now);
      worst = Math.max(worst, System.nanoTime() - due);
      int goal = (int) Math.min(count, tick * rate / 1000);
      long now = System.currentTimeMillis();
      for (; sent < goal; sent++) {
        times.millis[sent] = (int) (now - start);
        send(prompt, topic, from + sent, partitions, records, now, callback);
      }
    }
    long took = System.nanoTime() - begun;
    times.end = System.currentTimeMillis() - start;
    prompt.flush();
    if (failure.get() != null) throw new IllegalStateException(failure.get());
    return Map.of("records", sent, "start", start, "late", worst / 1e6, "rate", Math.round(sent * 1e9 / took));
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, long n, int partitions, RecordSet records, Long time, Callback callback) {
    producer.send(new ProducerRecord<>(topic, (int) (n % partitions), time, RecordSet.key(n), records.value(n)), callback);
  }

  private static Callback callback(AtomicReference<Exception> failure) {
    return (metadata, error) -> {
      if (error != null) failure.compareAndSet(null, error);
    };
  }

  private static KafkaProducer<byte[], byte[]> producer(String bootstrap, int linger, int batch) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("linger.ms", linger);
    settings.put("batch.size", batch);
    settings.put("buffer.memory", 64 * 1024 * 1024);
    settings.put("acks", "1");
    settings.put("enable.idempotence", false);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
