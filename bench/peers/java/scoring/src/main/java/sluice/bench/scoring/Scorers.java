package sluice.bench.scoring;

import java.util.Map;

/** The scorers that a peer can be started with. */
public final class Scorers {
  private Scorers() {}

  /** The scorer that the options {@code scorer}, {@code records} and {@code model} name. */
  public static Scorer create(Map<String, String> options) throws Exception {
    String model = options.get("model");
    switch (options.get("scorer")) {
      case "copy":
        return value -> value;
      case "onnx":
        return new OnnxScorer(model, RecordReaders.named(options.get("records")));
      case "jpmml":
        return new JpmmlScorer(model);
      default:
        throw new IllegalArgumentException("no scorer " + options.get("scorer"));
    }
  }
}
