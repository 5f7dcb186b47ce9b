package sluice.bench.scoring;

import java.util.List;

/** Makes the values of output records from the values of input records. Not for concurrent use. */
public interface Scorer {
  byte[] answer(byte[] value) throws Exception;

  /** The answers to many records, in their order; one at a time where a scorer has no better way. */
  default byte[][] answers(List<byte[]> values) throws Exception {
    byte[][] answers = new byte[values.size()][];
    for (int i = 0; i < answers.length; i++) answers[i] = answer(values.get(i));
    return answers;
  }
}
