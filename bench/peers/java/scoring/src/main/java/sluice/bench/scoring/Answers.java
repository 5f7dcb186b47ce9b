package sluice.bench.scoring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What peers write: the least that an answer can be, eight bytes a number. Sluice writes the whole record and where its answer comes from. */
final class Answers {
  private Answers() {}

  static byte[] encode(double score) {
    return ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN).putDouble(score).array();
  }

  /** The numbers of one row of a tensor. */
  static byte[] encode(float[] scores, int at, int width) {
    ByteBuffer bytes = ByteBuffer.allocate(width * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < width; i++) bytes.putDouble(scores[at + i]);
    return bytes.array();
  }
}
