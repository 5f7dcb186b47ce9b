package sluice.bench.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What is right for an answer. */
interface AnswerCheck {
  /** What is wrong with it, or null. */
  String faultOf(ConsumerRecord<byte[], byte[]> record, long sequence);

  /** What else was found out. */
  default Map<String, Object> summary() {
    return Map.of();
  }

  static AnswerCheck create(Map<String, String> options, Map<String, RecordSet> sets) {
    double tolerance = Double.parseDouble(options.getOrDefault("tolerance", "1e-5"));
    switch (options.get("answers")) {
      case "copies":
        RecordSet copied = sets.get(options.get("records"));
        return (record, sequence) -> Arrays.equals(record.value(), copied.value(sequence)) ? null : "not a copy";
      case "numbers":
        RecordSet scored = sets.get(options.get("records"));
        return (record, sequence) -> numbers(record.value(), scored.expected(sequence), tolerance);
      case "sluice", "sluice-alone":
        return new SluiceCheck(options, sets, tolerance);
      default:
        throw new IllegalArgumentException("no answers " + options.get("answers"));
    }
  }

  /** Whether two scores are equal, relative to their size where they are above one. */
  static boolean near(double actual, double expected, double tolerance) {
    return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
  }

  private static String numbers(byte[] value, double[] expected, double tolerance) {
    if (value == null || value.length != expected.length * Double.BYTES) return "not " + expected.length + " numbers";
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    for (double right : expected) {
      double actual = bytes.getDouble();
      if (!near(actual, right, tolerance)) return actual + " instead of " + right;
    }
    return null;
  }
}
