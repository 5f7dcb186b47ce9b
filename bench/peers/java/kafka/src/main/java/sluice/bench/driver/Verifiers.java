package sluice.bench.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One reader for each topic of answers, which goes on where it was. */
final class Verifiers {
  private final String bootstrap;
  private final Map<String, RecordSet> sets;
  private final Map<String, KafkaConsumer<byte[], byte[]>> readers = new ConcurrentHashMap<>();

  Verifiers(String bootstrap, Map<String, RecordSet> sets) {
    this.bootstrap = bootstrap;
    this.sets = sets;
  }

  /** Reads what is committed on the topic and was not read before, and checks that it is the answers to these records. */
  Map<String, ?> verify(Map<String, String> options, Created created) throws Exception {
    KafkaConsumer<byte[], byte[]> reader = readers.computeIfAbsent(options.get("topic"), this::open);
    synchronized (reader) {
      return new Verification(options, sets, created).read(reader);
    }
  }

  private KafkaConsumer<byte[], byte[]> open(String topic) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", false);
    settings.put("max.poll.records", 10_000);
    settings.put("max.partition.fetch.bytes", 8 * 1024 * 1024);
    KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo partition : reader.partitionsFor(topic)) partitions.add(new TopicPartition(topic, partition.partition()));
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    return reader;
  }
}
