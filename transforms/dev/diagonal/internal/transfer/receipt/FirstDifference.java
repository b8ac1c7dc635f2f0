package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.source.SourceRange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Finds the first row in which a file differs from the rows that were sent to it, in order. */
public final class FirstDifference {

  private static final int BLOCKS_AHEAD = 2;

  private FirstDifference() {}

  /** Returns a sentence about the first difference, or null if there is none. */
  public static @Nullable String between(
      TypedRows sent,
      List<ComparedColumn> sentColumns,
      TypedRows found,
      List<ComparedColumn> foundColumns,
      List<String> names)
      throws Exception {
    try (Rows theirs = new Rows(sent, sentColumns, line -> {});
        Rows ours = new Rows(found, foundColumns, TypedRows.failing())) {
      for (long row = 1; ; row++) {
        boolean more = theirs.next();
        if (more != ours.next()) {
          return more
              ? String.format(Locale.ROOT, "it ends after row %,d", row - 1)
              : String.format(Locale.ROOT, "it has more rows after row %,d", row - 1);
        } else if (!more) {
          return null;
        }
        List<String> differing = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
          if (!theirs.checksum(i).equals(ours.checksum(i))) {
            differing.add(names.get(i));
          }
        }
        if (!differing.isEmpty()) {
          return String.format(
              Locale.ROOT,
              "row %,d is the first that differs, in column %s",
              row,
              String.join(", ", differing));
        }
      }
    }
  }

  /** Rows in order, read ahead by a thread. */
  private static final class Rows implements AutoCloseable {

    private record Item(@Nullable RowBlock block, @Nullable Exception fault) {}

    private final BlockingQueue<Item> ahead = new ArrayBlockingQueue<>(BLOCKS_AHEAD);
    private final List<RowHasher> hashers;
    private final Thread thread;
    private @Nullable RowBlock block;
    private int row;

    Rows(TypedRows rows, List<ComparedColumn> columns, Rejects rejects) {
      hashers = columns.stream().map(column -> new RowHasher(List.of(column))).toList();
      thread = new Thread(() -> read(rows, rejects), "rows to compare");
      thread.setDaemon(true);
      thread.start();
    }

    private void read(TypedRows rows, Rejects rejects) {
      try {
        Item end;
        try {
          for (Iterator<SourceRange> ranges = rows.ranges().iterator(); ranges.hasNext(); ) {
            rows.read(ranges.next(), each -> ahead.put(new Item(each, null)), rejects);
          }
          end = new Item(null, null);
        } catch (InterruptedException e) {
          throw e;
        } catch (Exception e) {
          end = new Item(null, e);
        }
        ahead.put(end);
      } catch (InterruptedException e) {
        // The reader has stopped.
      }
    }

    boolean next() throws Exception {
      row++;
      while (block == null || row >= block.rows()) {
        Item item = ahead.take();
        if (item.fault != null) {
          throw item.fault;
        } else if (item.block == null) {
          ahead.put(item);
          return false;
        }
        block = item.block;
        row = 0;
      }
      return true;
    }

    /** Returns the checksum of the value of a compared column. */
    Checksum checksum(int column) {
      RowBlock now = block;
      return now == null ? Checksum.NONE : hashers.get(column).of(now, row);
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }
}
