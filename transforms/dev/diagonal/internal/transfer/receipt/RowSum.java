package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.internal.rows.RowBlock;
import java.util.List;
import java.util.Locale;

/**
 * A number of rows and their checksum, summed over several threads.
 *
 * @param rows how many
 * @param checksum the sum of their hashes
 */
public record RowSum(long rows, Checksum checksum) {

  /** No rows. */
  public static final RowSum NONE = new RowSum(0, Checksum.NONE);

  /** Returns the sum of both. */
  public RowSum plus(RowSum more) {
    return new RowSum(rows + more.rows, checksum.plus(more.checksum));
  }

  /**
   * Returns the sum of all rows of a target.
   *
   * @param readers how many threads read
   * @param columns the columns that are compared
   * @throws MismatchException if a row cannot be read
   */
  public static RowSum of(TypedRows target, int readers, List<ComparedColumn> columns)
      throws Exception {
    Adder adder = new Adder();
    target.read(
        readers,
        () -> {
          RowHasher hasher = new RowHasher(columns);
          return block -> adder.add(block, hasher);
        },
        TypedRows.failing());
    return adder.sum();
  }

  /** Sums the results of several threads. */
  static final class Adder {
    private RowSum sum = NONE;

    void add(RowBlock block, RowHasher hasher) {
      add(new RowSum(block.rows(), hasher.of(block)));
    }

    synchronized void add(RowSum more) {
      sum = sum.plus(more);
    }

    synchronized RowSum sum() {
      return sum;
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%,d rows with the checksum %s", rows, checksum);
  }
}
