package sluice.bench.driver;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The different values that records have, with the scores that are right for each. Record n of a topic has value n modulo their number. */
final class RecordSet {
  private static final int KEY_DIGITS = 10;
  private final byte[][] values;
  private final double[][] expected;

  private RecordSet(byte[][] values, double[][] expected) {
    this.values = values;
    this.expected = expected;
  }

  /** The file has the number of values and of scores for each, then for each its length, its bytes and its scores; all big-endian. */
  static RecordSet read(String file) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(file)), 1 << 20))) {
      int count = in.readInt();
      int width = in.readInt();
      byte[][] values = new byte[count][];
      double[][] expected = new double[count][width];
      for (int i = 0; i < count; i++) {
        values[i] = new byte[in.readInt()];
        in.readFully(values[i]);
        for (int j = 0; j < width; j++) expected[i][j] = in.readDouble();
      }
      return new RecordSet(values, expected);
    }
  }

  int size() {
    return values.length;
  }

  byte[] value(long sequence) {
    return values[(int) (sequence % values.length)];
  }

  double[] expected(long sequence) {
    return expected[(int) (sequence % values.length)];
  }

  static byte[] key(long sequence) {
    byte[] key = new byte[KEY_DIGITS];
    for (int i = KEY_DIGITS - 1; i >= 0; i--) {
      key[i] = (byte) ('0' + sequence % 10);
      sequence /= 10;
    }
    return key;
  }

  /** The sequence number that a key stands for, or -1. */
  static long sequence(byte[] key) {
    if (key == null || key.length != KEY_DIGITS) return -1;
    long sequence = 0;
    for (byte digit : key) {
      if (digit < '0' || digit > '9') return -1;
      sequence = sequence * 10 + digit - '0';
    }
    return sequence;
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
