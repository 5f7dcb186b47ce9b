package sluice.bench.flink;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

final class KeyedReader implements KafkaRecordDeserializationSchema<Keyed> {
  private static final long serialVersionUID = 1;

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Keyed> out) {
    out.collect(new Keyed(record.key(), record.value(), record.partition()));
  }

  @Override
  public TypeInformation<Keyed> getProducedType() {
    return Keyed.TYPE;
  }
}
