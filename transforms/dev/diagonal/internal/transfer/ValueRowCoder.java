package dev.diagonal.internal.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BigDecimalCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;
import org.jspecify.annotations.Nullable;

/** Encodes rows of the classes that a transfer has. */
final class ValueRowCoder extends AtomicCoder<ValueRow> {

  static final ValueRowCoder OF = new ValueRowCoder();

  private static final long serialVersionUID = 1;

  private static final int NULL = 0;
  private static final int FALSE = 1;
  private static final int TRUE = 2;
  private static final int WHOLE = 3;
  private static final int FLOATING = 4;
  private static final int DECIMAL = 5;
  private static final int TEXT = 6;
  private static final int BYTES = 7;
  private static final int UUID_BITS = 8;
  private static final int DATE = 9;
  private static final int TIME = 10;
  private static final int TIMESTAMP = 11;
  private static final int INSTANT = 12;

  @Override
  public void encode(ValueRow row, OutputStream out) throws IOException {
    VarInt.encode(row.size(), out);
    for (int i = 0; i < row.size(); i++) {
      encodeValue(row.get(i), out);
    }
  }

  @Override
  public ValueRow decode(InputStream in) throws IOException {
    @Nullable Object[] values = new Object[VarInt.decodeInt(in)];
    for (int i = 0; i < values.length; i++) {
      values[i] = decodeValue(in.read(), in);
    }
    return new ValueRow(values);
  }

  private static void encodeValue(@Nullable Object value, OutputStream out) throws IOException {
    if (value == null) {
      out.write(NULL);
    } else if (value instanceof Boolean truth) {
      out.write(truth ? TRUE : FALSE);
    } else if (value instanceof Long whole) {
      out.write(WHOLE);
      VarInt.encode(whole, out);
    } else if (value instanceof Double floating) {
      out.write(FLOATING);
      DoubleCoder.of().encode(floating, out);
    } else if (value instanceof BigDecimal decimal) {
      out.write(DECIMAL);
      BigDecimalCoder.of().encode(decimal, out);
    } else if (value instanceof String text) {
      out.write(TEXT);
      StringUtf8Coder.of().encode(text, out);
    } else if (value instanceof byte[] bytes) {
      out.write(BYTES);
      ByteArrayCoder.of().encode(bytes, out);
    } else if (value instanceof UUID uuid) {
      out.write(UUID_BITS);
      VarInt.encode(uuid.getMostSignificantBits(), out);
      VarInt.encode(uuid.getLeastSignificantBits(), out);
    } else {
      encodeTime(value, out);
    }
  }

  private static void encodeTime(Object value, OutputStream out) throws IOException {
    if (value instanceof LocalDate date) {
      out.write(DATE);
      VarInt.encode(date.toEpochDay(), out);
    } else if (value instanceof LocalTime time) {
      out.write(TIME);
      VarInt.encode(time.toNanoOfDay(), out);
    } else if (value instanceof LocalDateTime timestamp) {
      out.write(TIMESTAMP);
      Instant instant = timestamp.toInstant(ZoneOffset.UTC);
      VarInt.encode(instant.getEpochSecond(), out);
      VarInt.encode(instant.getNano(), out);
    } else if (value instanceof OffsetDateTime moment) {
      out.write(INSTANT);
      VarInt.encode(moment.toEpochSecond(), out);
      VarInt.encode(moment.getNano(), out);
    } else {
      throw new IOException("a row has no values of " + value.getClass());
    }
  }

  private static @Nullable Object decodeValue(int kind, InputStream in) throws IOException {
    return switch (kind) {
      case NULL -> null;
      case FALSE -> false;
      case TRUE -> true;
      case WHOLE -> VarInt.decodeLong(in);
      case FLOATING -> DoubleCoder.of().decode(in);
      case DECIMAL -> BigDecimalCoder.of().decode(in);
      case TEXT -> StringUtf8Coder.of().decode(in);
      case BYTES -> ByteArrayCoder.of().decode(in);
      case UUID_BITS -> new UUID(VarInt.decodeLong(in), VarInt.decodeLong(in));
      case DATE -> LocalDate.ofEpochDay(VarInt.decodeLong(in));
      case TIME -> LocalTime.ofNanoOfDay(VarInt.decodeLong(in));
      case TIMESTAMP ->
          LocalDateTime.ofEpochSecond(VarInt.decodeLong(in), VarInt.decodeInt(in), ZoneOffset.UTC);
      case INSTANT ->
          Instant.ofEpochSecond(VarInt.decodeLong(in), VarInt.decodeInt(in))
              .atOffset(ZoneOffset.UTC);
      default -> throw new IOException("not a value of a row: " + kind);
    };
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
