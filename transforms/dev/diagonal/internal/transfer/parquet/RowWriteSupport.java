package dev.diagonal.internal.transfer.parquet;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** Passes the values of rows to Parquet. Not thread-safe. */
final class RowWriteSupport extends WriteSupport<RowWriteSupport.RowAt> {

  /** A row of a block, with the unscaled values of its decimals by column. */
  static final class RowAt {

    private final RowBlock block;
    private final int row;
    private final @Nullable BigInteger[] decimals;

    RowAt(RowBlock block, int row, @Nullable BigInteger[] decimals) {
      this.block = block;
      this.row = row;
      this.decimals = decimals;
    }
  }

  private final RowType type;
  private final MessageType schema;
  private @Nullable RecordConsumer consumer;

  RowWriteSupport(RowType type) {
    this.type = type;
    this.schema = ParquetSchema.of(type);
  }

  @Override
  @SuppressWarnings("deprecation") // abstract nonetheless
  public WriteContext init(Configuration configuration) {
    return context();
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return context();
  }

  private WriteContext context() {
    return new WriteContext(schema, Map.of());
  }

  @Override
  public void prepareForWrite(RecordConsumer records) {
    this.consumer = records;
  }

  /**
   * Returns a row that can be written.
   *
   * @throws BadValueException if a column cannot represent a value exactly
   */
  RowAt rowAt(RowBlock block, int row) throws BadValueException {
    @Nullable BigInteger[] decimals = new BigInteger[type.size()];
    for (int column = 0; column < type.size(); column++) {
      Field field = type.field(column);
      if (block.isNull(row, column)) {
        continue;
      }
      if (field.type() == FieldType.DECIMAL) {
        decimals[column] = unscaled(field, block.text(row, column));
      } else if (field.type().isTime()) {
        requireInParquet(field, block.word(row, column));
      }
    }
    return new RowAt(block, row, decimals);
  }

  private static void requireInParquet(Field field, long word) throws BadValueException {
    boolean endOfDay = field.type() == FieldType.TIME && word == ValueFormatter.DAY_MICROS;
    if (endOfDay || (field.type() != FieldType.TIME && ValueFormatter.isInfinite(word))) {
      throw new BadValueException(
          "column '%s': Parquet has no %s"
              .formatted(field.name(), endOfDay ? "24:00" : "infinite dates and times"));
    }
  }

  private static BigInteger unscaled(Field field, String text) throws BadValueException {
    DecimalSize size = ParquetSchema.sizeOf(field);
    try {
      BigDecimal scaled = new BigDecimal(text).setScale(size.scale(), RoundingMode.UNNECESSARY);
      if (scaled.precision() <= size.precision()) {
        return scaled.unscaledValue();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Reported below.
    }
    throw new BadValueException(
        "column '%s': '%s' is not a decimal%s%s"
            .formatted(
                field.name(),
                BadValueException.shown(text),
                size,
                field.size() == null
                    ? ", which a decimal of unknown size becomes in Parquet"
                    : ""));
  }

  @Override
  public void write(RowAt at) {
    RecordConsumer out = Objects.requireNonNull(consumer);
    out.startMessage();
    for (int column = 0; column < type.size(); column++) {
      if (!at.block.isNull(at.row, column)) {
        String name = type.field(column).name();
        out.startField(name, column);
        put(at, column, out);
        out.endField(name, column);
      }
    }
    out.endMessage();
  }

  private void put(RowAt at, int column, RecordConsumer out) {
    RowBlock block = at.block;
    FieldType kind = block.typeOf(column);
    long word = kind.isWord() ? block.word(at.row, column) : 0;
    switch (kind) {
      case BOOLEAN -> out.addBoolean(word != 0);
      case SMALLINT, INTEGER, DATE -> out.addInteger((int) word);
      case BIGINT, TIME, TIMESTAMP, INSTANT -> out.addLong(word);
      case REAL -> out.addFloat((float) Double.longBitsToDouble(word));
      case DOUBLE -> out.addDouble(Double.longBitsToDouble(word));
      case DECIMAL -> putDecimal(Objects.requireNonNull(at.decimals[column]), column, out);
      case UUID -> out.addBinary(bytesOf(UUID.fromString(block.text(at.row, column))));
      case TEXT, JSON, BYTES ->
          // A copy, because the block is gone when the row group is written.
          out.addBinary(
              Binary.fromConstantByteArray(
                  Arrays.copyOfRange(
                      block.bytes(column),
                      block.start(at.row, column),
                      block.end(at.row, column))));
    }
  }

  private void putDecimal(BigInteger unscaled, int column, RecordConsumer out) {
    PrimitiveType stored = schema.getType(column).asPrimitiveType();
    switch (stored.getPrimitiveTypeName()) {
      case INT32 -> out.addInteger(unscaled.intValueExact());
      case INT64 -> out.addLong(unscaled.longValueExact());
      default -> {
        byte[] digits = unscaled.toByteArray();
        byte[] fixed = new byte[stored.getTypeLength()];
        Arrays.fill(fixed, (byte) (unscaled.signum() < 0 ? -1 : 0));
        System.arraycopy(digits, 0, fixed, fixed.length - digits.length, digits.length);
        out.addBinary(Binary.fromConstantByteArray(fixed));
      }
    }
  }

  private static Binary bytesOf(UUID uuid) {
    ByteBuffer bytes = ByteBuffer.allocate(16);
    bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
    return Binary.fromConstantByteArray(bytes.array());
  }
}
