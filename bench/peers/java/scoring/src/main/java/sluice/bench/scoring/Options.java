package sluice.bench.scoring;

import java.util.LinkedHashMap;
import java.util.Map;

/** Options in the form {@code name=value}. */
public final class Options {
  private Options() {}

  public static Map<String, String> parse(String... words) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String word : words) {
      int at = word.indexOf('=');
      if (at < 1) throw new IllegalArgumentException("'" + word + "' is not name=value");
      options.put(word.substring(0, at), word.substring(at + 1));
    }
    return options;
  }
}
