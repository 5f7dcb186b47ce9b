package sluice.bench.driver;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Checks the answers to the records {@code from} up to {@code from + count}: each there once, right, and after those before it. Among what it
 * finds is {@code gap}, the longest time in ms between one answer of a partition and the next, and for records that were offered at a rate
 * {@code within}, how many were answered while the offer went on, and latencies.
 */
final class Verification {
  private final long from;
  private final boolean[] seen;
  private final AnswerCheck check;
  private final Created created;
  private final Latencies latencies = new Latencies();
  private final Map<Integer, long[]> last = new HashMap<>();
  private final int partitions;
  private long records;
  private long doubled;
  private long wrong;
  private long unknown;
  private long disordered;
  private long first = Long.MAX_VALUE;
  private long end;
  private final Map<Integer, Long> lastTime = new HashMap<>();
  private long gap;
  private long within;
  private String example = "";

  Verification(Map<String, String> options, Map<String, RecordSet> sets, Created created) {
    from = Long.parseLong(options.get("from"));
    seen = new boolean[Integer.parseInt(options.get("count"))];
    partitions = Integer.parseInt(options.get("partitions"));
    check = AnswerCheck.create(options, sets);
    this.created = created;
  }

  Map<String, ?> read(KafkaConsumer<byte[], byte[]> reader) {
    Map<TopicPartition, Long> ends = reader.endOffsets(reader.assignment());
    while (ends.entrySet().stream().anyMatch(entry -> reader.position(entry.getKey()) < entry.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(500))) take(record);
    }
    long lost = 0;
    for (boolean one : seen) if (!one) lost++;
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("records", records);
    answer.put("lost", lost);
    answer.put("doubled", doubled);
    answer.put("wrong", wrong);
    answer.put("unknown", unknown);
    answer.put("disordered", disordered);
    answer.put("first", first);
    answer.put("last", end);
    answer.put("gap", gap);
    if (!example.isEmpty()) answer.put("example", example.replace(' ', '_'));
    answer.putAll(check.summary());
    if (created != null) answer.put("within", within);
    answer.putAll(latencies.summary());
    return answer;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    records++;
    first = Math.min(first, record.timestamp());
    end = Math.max(end, record.timestamp());
    Long time = lastTime.put(record.partition(), record.timestamp());
    if (time != null) gap = Math.max(gap, record.timestamp() - time);
    long sequence = RecordSet.sequence(record.key());
    int place = (int) (sequence - from);
    if (sequence < from || place >= seen.length) {
      unknown++;
      return;
    }
    if (seen[place]) doubled++;
    seen[place] = true;
    String fault = check.faultOf(record, sequence);
    if (fault != null) {
      wrong++;
      if (example.isEmpty()) example = "record " + sequence + ": " + fault;
    }
    long[] before = last.computeIfAbsent(record.partition(), partition -> new long[partitions]);
    int source = (int) (sequence % partitions);
    if (sequence + 1 <= before[source]) disordered++;
    before[source] = Math.max(before[source], sequence + 1);
    if (created != null) {
      int at = created.millis[(int) (sequence - created.from)];
      if (record.timestamp() - created.start <= created.end) within++;
      latencies.add(at, record.timestamp() - created.start - at);
    }
  }
}
