package dev.diagonal.internal.transfer.parquet;

import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A column of a Parquet file.
 *
 * @param field its name and the type of its values in rows
 * @param value how they are stored
 * @param scale the number of fraction digits of a decimal
 */
public record ParquetColumn(Field field, ParquetValue value, int scale) implements Serializable {

  /** Returns a column, or null if {@link #problem} says why it cannot be read. */
  public static @Nullable ParquetColumn of(Type type) {
    if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
      return null;
    }
    PrimitiveType primitive = type.asPrimitiveType();
    ParquetValue value = valueOf(primitive);
    if (value == null) {
      return null;
    }
    if (value.type() != FieldType.DECIMAL) {
      return new ParquetColumn(new Field(type.getName(), value.type()), value, 0);
    }
    DecimalSize size =
        primitive.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal
            ? new DecimalSize(decimal.getPrecision(), decimal.getScale())
            : new DecimalSize(20, 0); // an unsigned whole number of 64 bits
    return new ParquetColumn(new Field(type.getName(), value.type(), size), value, size.scale());
  }

  /** Returns why a column cannot be read, with its path. */
  public static String problem(Type type) {
    if (!type.isPrimitive()) {
      StringBuilder path = new StringBuilder(type.getName());
      for (Type inner = type; !inner.isPrimitive(); ) {
        inner = inner.asGroupType().getType(0);
        path.append('.').append(inner.getName());
      }
      return "'%s' is nested (%s)".formatted(type.getName(), path);
    }
    return type.isRepetition(Type.Repetition.REPEATED)
        ? "'%s' is repeated: a row has several values of it".formatted(type.getName())
        : "'%s' is of type %s".formatted(type.getName(), typeName(type));
  }

  /** Returns the name of a type, for messages. */
  public static String typeName(Type type) {
    return type.isPrimitive() ? typeName(type.asPrimitiveType()) : "group";
  }

  private static String typeName(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    return logical == null ? type.getPrimitiveTypeName().name() : logical.toString();
  }

  private static @Nullable ParquetValue valueOf(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    if (logical instanceof UnknownLogicalTypeAnnotation) {
      return ParquetValue.NULL;
    }
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> logical == null ? ParquetValue.BOOLEAN : null;
      case INT32 -> int32(logical);
      case INT64 -> int64(logical);
      case INT96 -> ParquetValue.TIMESTAMP_INT96;
      case FLOAT -> logical == null ? ParquetValue.FLOAT : null;
      case DOUBLE -> logical == null ? ParquetValue.DOUBLE : null;
      case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(logical);
    };
  }

  private static @Nullable ParquetValue int32(@Nullable LogicalTypeAnnotation logical) {
    if (logical == null) {
      return ParquetValue.INT32;
    } else if (logical instanceof IntLogicalTypeAnnotation number) {
      return switch (number.getBitWidth()) {
        case 8 -> number.isSigned() ? ParquetValue.INT16 : ParquetValue.UINT8;
        case 16 -> number.isSigned() ? ParquetValue.INT16 : ParquetValue.UINT16;
        default -> number.isSigned() ? ParquetValue.INT32 : ParquetValue.UINT32;
      };
    } else if (logical instanceof DecimalLogicalTypeAnnotation) {
      return ParquetValue.DECIMAL_INT32;
    } else if (logical instanceof DateLogicalTypeAnnotation) {
      return ParquetValue.DATE;
    }
    return logical instanceof TimeLogicalTypeAnnotation ? ParquetValue.TIME_MILLIS : null;
  }

  private static @Nullable ParquetValue int64(@Nullable LogicalTypeAnnotation logical) {
    if (logical == null) {
      return ParquetValue.INT64;
    } else if (logical instanceof IntLogicalTypeAnnotation number) {
      return number.isSigned() ? ParquetValue.INT64 : ParquetValue.UINT64;
    } else if (logical instanceof DecimalLogicalTypeAnnotation) {
      return ParquetValue.DECIMAL_INT64;
    } else if (logical instanceof TimeLogicalTypeAnnotation time) {
      return time.getUnit() == LogicalTypeAnnotation.TimeUnit.NANOS
          ? ParquetValue.TIME_NANOS
          : ParquetValue.TIME_MICROS;
    } else if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      boolean zoned = timestamp.isAdjustedToUTC();
      return switch (timestamp.getUnit()) {
        case MILLIS -> zoned ? ParquetValue.INSTANT_MILLIS : ParquetValue.TIMESTAMP_MILLIS;
        case MICROS -> zoned ? ParquetValue.INSTANT_MICROS : ParquetValue.TIMESTAMP_MICROS;
        case NANOS -> zoned ? ParquetValue.INSTANT_NANOS : ParquetValue.TIMESTAMP_NANOS;
      };
    }
    return null;
  }

  private static @Nullable ParquetValue bytes(@Nullable LogicalTypeAnnotation logical) {
    if (logical == null) {
      return ParquetValue.BYTES;
    } else if (logical instanceof StringLogicalTypeAnnotation
        || logical instanceof EnumLogicalTypeAnnotation) {
      return ParquetValue.TEXT;
    } else if (logical instanceof JsonLogicalTypeAnnotation) {
      return ParquetValue.JSON;
    } else if (logical instanceof DecimalLogicalTypeAnnotation) {
      return ParquetValue.DECIMAL_BYTES;
    } else if (logical instanceof UUIDLogicalTypeAnnotation) {
      return ParquetValue.UUID;
    }
    return logical instanceof Float16LogicalTypeAnnotation ? ParquetValue.FLOAT16 : null;
  }
}
