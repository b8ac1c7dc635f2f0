package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.SourceConversion;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** The converted rows of a source, read in this process by several threads. */
public final class TypedRows {

  private final BlockSource source;
  private final ConversionPlan plan;
  private final int blockRows;

  /** Receives the blocks of a range. Each reader has its own. */
  @FunctionalInterface
  public interface Visitor {
    void visit(RowBlock block) throws Exception;
  }

  private TypedRows(BlockSource source, ConversionPlan plan, int blockRows) {
    this.source = source;
    this.plan = plan;
    this.blockRows = blockRows;
  }

  /**
   * Returns the rows of a source, converted by a mapping.
   *
   * @throws IllegalArgumentException if the mapping does not fit the source
   */
  public static TypedRows of(BlockSource source, Mapping mapping, int blockRows) {
    ConversionPlan plan = SourceConversion.plan(source, mapping, false);
    return new TypedRows(source.strict(plan.guessesInUse(), plan.jsonColumns()), plan, blockRows);
  }

  /** Returns the ranges of the source, in order. */
  List<SourceRange> ranges() throws Exception {
    return source.ranges();
  }

  /**
   * Reads all ranges.
   *
   * @param readers how many threads read
   * @param visitors creates the visitor of each range
   * @param rejects receives rows that cannot be read
   */
  public void read(int readers, Supplier<Visitor> visitors, Rejects rejects) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(readers);
    try {
      ExecutorCompletionService<Boolean> ranges = new ExecutorCompletionService<>(threads);
      List<SourceRange> all = ranges();
      for (SourceRange range : all) {
        var unused =
            ranges.submit(
                () -> {
                  read(range, visitors.get(), rejects);
                  return true;
                });
      }
      for (int i = 0; i < all.size(); i++) {
        boolean unused = ranges.take().get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      threads.shutdownNow();
      source.close();
    }
  }

  /** Reads one range, in the order of its rows. */
  void read(SourceRange range, Visitor visitor, Rejects rejects) throws Exception {
    List<RowBlock> converted = new ArrayList<>();
    Conversion conversion = new Conversion(plan, blockRows);
    try (RowBlockReader reader = source.open(range, blockRows)) {
      for (RowBlock block = reader.next(rejects); block != null; block = reader.next(rejects)) {
        conversion.convert(block, converted::add, rejects);
        visit(converted, visitor);
      }
      conversion.finish(converted::add, rejects);
      visit(converted, visitor);
    }
  }

  private static void visit(List<RowBlock> blocks, Visitor visitor) throws Exception {
    for (RowBlock block : blocks) {
      visitor.visit(block);
    }
    blocks.clear();
  }

  /** Returns a handler that fails on rows that cannot be read. */
  static Rejects failing() {
    return (DeadLetter line) -> {
      throw new MismatchException("a written row cannot be read back: " + line.describe());
    };
  }
}
