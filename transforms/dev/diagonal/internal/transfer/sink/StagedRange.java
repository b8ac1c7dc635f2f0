package dev.diagonal.internal.transfer.sink;

/**
 * What an attempt has written of a range.
 *
 * @param attempt the number that its rows are marked with
 * @param checksum the sum of the places of its rows, modulo 2^64
 */
record StagedRange(long attempt, long checksum) {

  static StagedRange of(RangeWritten written) {
    String[] numbers = written.part().split(":", 2);
    return new StagedRange(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  /** Returns the text for {@link RangeWritten#part}. */
  String part() {
    return attempt + ":" + checksum;
  }
}
