package sluice.bench.flink;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

final class KeyedWriter implements KafkaRecordSerializationSchema<Keyed> {
  private static final long serialVersionUID = 1;
  private final String topic;

  KeyedWriter(String topic) {
    this.topic = topic;
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(Keyed record, KafkaSinkContext context, Long timestamp) {
    return new ProducerRecord<>(topic, record.f2, record.f0, record.f1);
  }
}
