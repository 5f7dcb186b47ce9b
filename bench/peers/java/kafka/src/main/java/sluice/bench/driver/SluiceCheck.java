package sluice.bench.driver;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Sluice's answers: the record as it came with the answer added, or the answer alone; score and version in the headers. The score must be what the named version
 * gives: {@code versions} is a list of {@code name@version:records}, in the order in which they take over; where it is absent, all are one.
 */
final class SluiceCheck implements AnswerCheck {
  private final Map<String, RecordSet> versions = new LinkedHashMap<>();
  private final Map<String, Integer> rank = new HashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final Map<Integer, Integer> reached = new HashMap<>();
  private final RecordSet only;
  private final double tolerance;
  private final boolean alone;
  private long back;

  SluiceCheck(Map<String, String> options, Map<String, RecordSet> sets, double tolerance) {
    this.tolerance = tolerance;
    alone = options.get("answers").equals("sluice-alone");
    only = sets.get(options.get("records"));
    if (!options.containsKey("versions")) return;
    for (String version : options.get("versions").split(",")) {
      String[] parts = version.split(":");
      rank.put(parts[0], versions.size());
      versions.put(parts[0], sets.get(parts[1]));
      counts.put(parts[0], 0L);
    }
  }

  @Override
  public String faultOf(ConsumerRecord<byte[], byte[]> record, long sequence) {
    String version = header(record, "sluice_model");
    RecordSet records = versions.isEmpty() ? only : versions.get(version);
    if (records == null) return "answered by " + version;
    if (!versions.isEmpty()) follow(record.partition(), version);
    byte[] input = records.value(sequence);
    String fault = alone ? answerAlone(record.value(), input) : withRecord(record.value(), input);
    if (fault != null) return fault;
    double score = Double.parseDouble(header(record, "sluice_score"));
    double right = records.expected(sequence)[0];
    return AnswerCheck.near(score, right, tolerance) ? null : score + " instead of " + right + " by " + version;
  }

  /** The records of these workloads are far longer than an answer. */
  private static String answerAlone(byte[] value, byte[] input) {
    return value == null || value.length == 0 || value.length >= input.length ? "not an answer without its record" : null;
  }

  private static String withRecord(byte[] value, byte[] input) {
    // A JSON record goes on where its last brace was.
    int same = input[0] == '{' ? input.length - 1 : input.length;
    return value.length <= same || Arrays.mismatch(value, 0, same, input, 0, same) >= 0 ? "not the record as it came" : null;
  }

  private void follow(int partition, String version) {
    counts.merge(version, 1L, Long::sum);
    int now = rank.get(version);
    if (now < reached.getOrDefault(partition, 0)) back++;
    else reached.put(partition, now);
  }

  @Override
  public Map<String, Object> summary() {
    Map<String, Object> summary = new LinkedHashMap<>(counts);
    if (!versions.isEmpty()) summary.put("back", back);
    return summary;
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    Header header = record.headers().lastHeader(name);
    if (header == null) throw new IllegalStateException("an answer has no header " + name);
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
