package dev.diagonal.internal.transfer.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;

/** How a value is stored in a Parquet file, and its type in a row. */
enum ParquetValue {
  BOOLEAN(FieldType.BOOLEAN) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, in.getBoolean() ? 1 : 0);
    }
  },
  INT16(FieldType.SMALLINT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, within(in.getInteger(), Short.MIN_VALUE, Short.MAX_VALUE));
    }
  },
  INT32(FieldType.INTEGER) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, in.getInteger());
    }
  },
  INT64(FieldType.BIGINT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, in.getLong());
    }
  },
  UINT8(FieldType.SMALLINT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, within(in.getInteger(), 0, 0xff));
    }
  },
  UINT16(FieldType.INTEGER) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, within(in.getInteger(), 0, 0xffff));
    }
  },
  UINT32(FieldType.BIGINT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, Integer.toUnsignedLong(in.getInteger()));
    }
  },
  /** A decimal, because a bigint has only half of the values. */
  UINT64(FieldType.DECIMAL) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setText(column, Long.toUnsignedString(in.getLong()));
    }
  },
  FLOAT16(FieldType.REAL) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setDouble(column, half(littleEndian(in.getBinary()).getShort()));
    }
  },
  FLOAT(FieldType.REAL) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setDouble(column, in.getFloat());
    }
  },
  DOUBLE(FieldType.DOUBLE) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setDouble(column, in.getDouble());
    }
  },
  DECIMAL_INT32(FieldType.DECIMAL) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setText(column, BigDecimal.valueOf(in.getInteger(), scale).toPlainString());
    }
  },
  DECIMAL_INT64(FieldType.DECIMAL) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setText(column, BigDecimal.valueOf(in.getLong(), scale).toPlainString());
    }
  },
  DECIMAL_BYTES(FieldType.DECIMAL) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      BigInteger digits = new BigInteger(in.getBinary().getBytes());
      out.setText(column, new BigDecimal(digits, scale).toPlainString());
    }
  },
  DATE(FieldType.DATE) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, in.getInteger());
    }
  },
  TIME_MILLIS(FieldType.TIME) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, ofDay(in.getInteger() * 1000L));
    }
  },
  TIME_MICROS(FieldType.TIME) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, ofDay(in.getLong()));
    }
  },
  TIME_NANOS(FieldType.TIME) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, ofDay(micros(in.getLong())));
    }
  },
  TIMESTAMP_MILLIS(FieldType.TIMESTAMP) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, ofMillis(in.getLong()));
    }
  },
  TIMESTAMP_MICROS(FieldType.TIMESTAMP) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, in.getLong());
    }
  },
  TIMESTAMP_NANOS(FieldType.TIMESTAMP) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, micros(in.getLong()));
    }
  },
  /** The twelve-byte format of old writers: nanoseconds of a Julian day, without a zone. */
  TIMESTAMP_INT96(FieldType.TIMESTAMP) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      ByteBuffer bytes = littleEndian(in.getBinary());
      long micros = micros(bytes.getLong());
      out.setWord(
          column,
          Math.addExact((bytes.getInt() - JULIAN_1970) * ValueFormatter.DAY_MICROS, micros));
    }
  },
  INSTANT_MILLIS(FieldType.INSTANT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, ofMillis(in.getLong()));
    }
  },
  INSTANT_MICROS(FieldType.INSTANT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      out.setWord(column, in.getLong());
    }
  },
  INSTANT_NANOS(FieldType.INSTANT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      out.setWord(column, micros(in.getLong()));
    }
  },
  TEXT(FieldType.TEXT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      setBytes(in, out, column);
    }
  },
  JSON(FieldType.JSON) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      byte[] bytes = in.getBinary().getBytesUnsafe();
      if (!Arrays.equals(bytes, new String(bytes, UTF_8).getBytes(UTF_8))) {
        throw new BadValueException("the JSON is not UTF-8");
      }
      out.setBytes(column, bytes, 0, bytes.length);
    }
  },
  BYTES(FieldType.BYTES) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      setBytes(in, out, column);
    }
  },
  UUID(FieldType.UUID) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) {
      ByteBuffer bytes = in.getBinary().toByteBuffer().order(ByteOrder.BIG_ENDIAN);
      out.setText(column, new UUID(bytes.getLong(), bytes.getLong()).toString());
    }
  },
  /** A column that contains only nulls. */
  NULL(FieldType.TEXT) {
    @Override
    void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException {
      throw new BadValueException("a column of type null has a value");
    }
  };

  /** The Julian day of 1970-01-01. */
  private static final long JULIAN_1970 = 2_440_588;

  private final FieldType type;

  ParquetValue(FieldType type) {
    this.type = type;
  }

  FieldType type() {
    return type;
  }

  /**
   * Sets a column of the current row of {@code out} to the current value.
   *
   * @param scale the number of fraction digits of a decimal
   * @throws BadValueException if the row cannot represent the value exactly
   */
  abstract void set(ColumnReader in, int scale, RowBlock out, int column) throws BadValueException;

  private static void setBytes(ColumnReader in, RowBlock out, int column) {
    byte[] bytes = in.getBinary().getBytesUnsafe();
    out.setBytes(column, bytes, 0, bytes.length);
  }

  private static ByteBuffer littleEndian(Binary value) {
    return value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int within(int value, int least, int most) throws BadValueException {
    if (value < least || value > most) {
      throw new BadValueException(
          "%s is not within %s to %s, as the column's type says".formatted(value, least, most));
    }
    return value;
  }

  private static long ofDay(long micros) throws BadValueException {
    if (micros < 0 || micros >= ValueFormatter.DAY_MICROS) {
      throw new BadValueException(micros + " microseconds are not a time of a day");
    }
    return micros;
  }

  private static long ofMillis(long millis) throws BadValueException {
    if (Math.abs(millis) > Long.MAX_VALUE / 1000) {
      throw new BadValueException(millis + " milliseconds since 1970 are out of range");
    }
    return millis * 1000;
  }

  private static long micros(long nanos) throws BadValueException {
    if (nanos % 1000 != 0) {
      throw new BadValueException(nanos + " nanoseconds are not whole microseconds");
    }
    return nanos / 1000;
  }

  /**
   * Returns the value of a 16-bit floating-point number (IEEE 754), which a float represents
   * exactly.
   */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
