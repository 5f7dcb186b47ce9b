package sluice.bench.driver;

import java.util.Arrays;

/** When the records of an offer were given to the producer, which is the time that they bear. */
final class Created {
  final long from;
  /** By sequence number less {@code from}, in ms after {@code start}; -1 for what was not offered. */
  final int[] millis;
  final long start;
  /** When the offer was over, in ms after {@code start}. */
  volatile long end;

  Created(long from, int count, long start) {
    this.from = from;
    this.millis = new int[count];
    this.start = start;
    Arrays.fill(millis, -1);
  }
}
