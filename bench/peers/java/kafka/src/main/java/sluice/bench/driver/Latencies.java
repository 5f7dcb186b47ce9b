package sluice.bench.driver;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Latencies in ms, as a whole and by the second in which a record was created. */
final class Latencies {
  private static final int SECOND = 1000;
  private int[] created = new int[1024];
  private int[] millis = new int[1024];
  private int count;

  void add(int createdAt, long latency) {
    if (count == millis.length) {
      created = Arrays.copyOf(created, 2 * count);
      millis = Arrays.copyOf(millis, 2 * count);
    }
    created[count] = createdAt;
    millis[count++] = (int) latency;
  }

  /** Percentiles of all, and those of each second as lists. */
  Map<String, Object> summary() {
    Map<String, Object> summary = new LinkedHashMap<>();
    if (count == 0) return summary;
    int[] all = Arrays.copyOf(millis, count);
    Arrays.sort(all);
    summary.put("p50", at(all, all.length, 0.5));
    summary.put("p99", at(all, all.length, 0.99));
    summary.put("p999", at(all, all.length, 0.999));
    summary.put("max", all[count - 1]);
    summary.put("p99s", bySecond());
    return summary;
  }

  private String bySecond() {
    int seconds = 0;
    for (int i = 0; i < count; i++) seconds = Math.max(seconds, created[i] / SECOND + 1);
    StringBuilder text = new StringBuilder();
    for (int second = 0; second < seconds; second++) {
      int[] some = new int[count];
      int n = 0;
      for (int i = 0; i < count; i++) if (created[i] / SECOND == second) some[n++] = millis[i];
      Arrays.sort(some, 0, n);
      text.append(second == 0 ? "" : ",").append(n == 0 ? "" : at(some, n, 0.99));
    }
    return text.toString();
  }

  private static int at(int[] sorted, int count, double share) {
    return sorted[Math.min(count - 1, (int) (count * share))];
  }
}
