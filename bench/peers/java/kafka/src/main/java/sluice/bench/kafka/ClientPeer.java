package sluice.bench.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import sluice.bench.scoring.Options;
import sluice.bench.scoring.Scorer;
import sluice.bench.scoring.Scorers;

/**
 * The Java client in the loop that one writes by hand: poll, score, send, and once a second flush and commit, so at least once. With
 * {@code batched=true} a whole poll is scored in one call.
 */
public final class ClientPeer {
  private static final long COMMIT_INTERVAL_NANOS = 1_000_000_000L;

  private ClientPeer() {}

  public static void main(String[] words) throws Exception {
    Map<String, String> options = Options.parse(words);
    Scorer scorer = Scorers.create(options);
    boolean batched = Boolean.parseBoolean(options.get("batched"));
    String output = options.get("output");
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(options, batched);
        KafkaProducer<byte[], byte[]> producer = producer(options)) {
      consumer.subscribe(List.of(options.get("input")));
      long committed = System.nanoTime();
      boolean uncommitted = false;
      while (true) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
        if (batched && !records.isEmpty()) {
          List<byte[]> values = new ArrayList<>(records.count());
          for (ConsumerRecord<byte[], byte[]> record : records) values.add(record.value());
          byte[][] answers = scorer.answers(values);
          int i = 0;
          for (ConsumerRecord<byte[], byte[]> record : records) send(producer, output, record, answers[i++]);
        } else {
          for (ConsumerRecord<byte[], byte[]> record : records) send(producer, output, record, scorer.answer(record.value()));
        }
        uncommitted |= !records.isEmpty();
        if (uncommitted && System.nanoTime() - committed > COMMIT_INTERVAL_NANOS) {
          producer.flush();
          consumer.commitSync();
          committed = System.nanoTime();
          uncommitted = false;
        }
      }
    }
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String output, ConsumerRecord<byte[], byte[]> record, byte[] answer) {
    producer.send(new ProducerRecord<>(output, record.partition(), record.key(), answer));
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Map<String, String> options, boolean batched) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", options.get("bootstrap"));
    settings.put("group.id", options.get("group"));
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", false);
    if (batched) settings.put("max.poll.records", 1000);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, String> options) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", options.get("bootstrap"));
    settings.put("linger.ms", options.get("linger"));
    settings.put("batch.size", 131072);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
