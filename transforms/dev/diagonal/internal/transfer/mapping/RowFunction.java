package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.BeamRows;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import java.lang.reflect.InvocationTargetException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;

/** Applies a user's function to rows of a block, as Beam's {@link Row}. Confined to one thread. */
final class RowFunction {

  private final SerializableFunction<Row, Row> function;
  private final Schema schema;
  private final RowType to;

  private RowFunction(SerializableFunction<Row, Row> function, RowType from, RowType to) {
    this.function = function;
    this.schema = BeamRows.schema(from);
    this.to = to;
  }

  /**
   * Creates the function of a class.
   *
   * @throws IllegalArgumentException if the class does not exist or is not such a function
   */
  @SuppressWarnings("unchecked") // arguments and results are checked on each call
  static RowFunction of(String name, RowType from, RowType to) {
    try {
      Class<?> type = Class.forName(name, true, Thread.currentThread().getContextClassLoader());
      Object made = type.getConstructor().newInstance();
      if (!(made instanceof SerializableFunction)) {
        throw new IllegalArgumentException(
            "function '" + name + "' is not a SerializableFunction<Row, Row>");
      }
      return new RowFunction((SerializableFunction<Row, Row>) made, from, to);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException("function '" + name + "' is not on the class path", e);
    } catch (NoSuchMethodException | InstantiationException | IllegalAccessException e) {
      throw new IllegalArgumentException(
          "function '" + name + "' has no public constructor without parameters", e);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "function '" + name + "' cannot be created: " + e.getCause(), e);
    }
  }

  /** Returns the results for the rows of a block. */
  RowBlock apply(RowBlock in, int blockRows, Rejects rejects) throws Exception {
    RowBlock out = new RowBlock(to, Math.max(blockRows, in.rows()), in.origin());
    for (int row = 0; row < in.rows(); row++) {
      try {
        Row made = function.apply(BeamRows.of(in, row, schema));
        if (made != null) {
          BeamRows.set(out, made);
          out.endRow(in.offset(row), in.line(row));
        }
      } catch (BadValueException | RuntimeException e) {
        rejects.reject(Reject.of(in, row, "the function failed: " + e));
      }
    }
    return out;
  }
}
