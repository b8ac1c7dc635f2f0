package dev.diagonal.internal.transfer.parquet;

import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;

import dev.diagonal.internal.rows.RowType;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigInteger;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The schema of a written Parquet file: every column is nullable. */
final class ParquetSchema {

  /** The digits of a decimal column of unknown size: the maximum that other readers support. */
  static final DecimalSize UNKNOWN_SIZE = new DecimalSize(38, 18);

  private static final int INT_DIGITS = 9;
  private static final int LONG_DIGITS = 18;
  private static final int UUID_BYTES = 16;

  private ParquetSchema() {}

  static MessageType of(RowType type) {
    return new MessageType("row", type.fields().stream().map(ParquetSchema::column).toList());
  }

  static DecimalSize sizeOf(Field field) {
    DecimalSize size = field.size();
    return size == null ? UNKNOWN_SIZE : size;
  }

  private static Type column(Field field) {
    return switch (field.type()) {
      case BOOLEAN -> column(field, PrimitiveTypeName.BOOLEAN, null);
      case SMALLINT ->
          column(field, PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(16, true));
      case INTEGER ->
          column(field, PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(32, true));
      case BIGINT ->
          column(field, PrimitiveTypeName.INT64, LogicalTypeAnnotation.intType(64, true));
      case REAL -> column(field, PrimitiveTypeName.FLOAT, null);
      case DOUBLE -> column(field, PrimitiveTypeName.DOUBLE, null);
      case DECIMAL -> decimal(field, sizeOf(field));
      case TEXT -> column(field, PrimitiveTypeName.BINARY, LogicalTypeAnnotation.stringType());
      case JSON -> column(field, PrimitiveTypeName.BINARY, LogicalTypeAnnotation.jsonType());
      case BYTES -> column(field, PrimitiveTypeName.BINARY, null);
      case DATE -> column(field, PrimitiveTypeName.INT32, LogicalTypeAnnotation.dateType());
      case TIME ->
          column(field, PrimitiveTypeName.INT64, LogicalTypeAnnotation.timeType(false, MICROS));
      case TIMESTAMP, INSTANT ->
          column(
              field,
              PrimitiveTypeName.INT64,
              LogicalTypeAnnotation.timestampType(field.type() == FieldType.INSTANT, MICROS));
      case UUID -> fixed(field, UUID_BYTES, LogicalTypeAnnotation.uuidType());
    };
  }

  private static PrimitiveType decimal(Field field, DecimalSize size) {
    LogicalTypeAnnotation decimal =
        LogicalTypeAnnotation.decimalType(size.scale(), size.precision());
    if (size.precision() <= INT_DIGITS) {
      return column(field, PrimitiveTypeName.INT32, decimal);
    } else if (size.precision() <= LONG_DIGITS) {
      return column(field, PrimitiveTypeName.INT64, decimal);
    }
    int bits = BigInteger.TEN.pow(size.precision()).bitLength() + 1;
    return fixed(field, (bits + 7) / 8, decimal);
  }

  private static PrimitiveType column(
      Field field,
      PrimitiveTypeName stored,
      @org.jspecify.annotations.Nullable LogicalTypeAnnotation logical) {
    return Types.optional(stored).as(logical).named(field.name());
  }

  private static PrimitiveType fixed(Field field, int bytes, LogicalTypeAnnotation logical) {
    return Types.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
        .length(bytes)
        .as(logical)
        .named(field.name());
  }
}
