package sluice.bench.scoring;

import java.io.IOException;

/** Reads a record's numbers into a row of a tensor. Not for concurrent use. */
public interface RecordReader {
  int width();

  void read(byte[] value, float[] row, int at) throws IOException;
}
