package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.KeyHash;
import dev.diagonal.internal.csv.CsvFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts CSV records to {@link PackedRowReader rows}: checks dates, numbers and locations and
 * writes them as JSON. Not thread-safe.
 */
final class RowParser {

  private static final int SHOWN_CHARACTERS = 60;

  /** What databases write for null. */
  private static final byte[] NULL = "\\N".getBytes(US_ASCII);

  private final Table table;
  private final Table.Column[] columns;
  private final JsonBytes values = new JsonBytes();
  private final JsonBytes location = new JsonBytes();

  /** The current field: a range of the record's bytes, or of the scratch buffer. */
  private byte[] source = {};

  private int start;
  private int end;
  private byte[] scratch = new byte[1 << 10];

  private byte[] key = new byte[64];
  private int keyLength;
  private byte[] id = new byte[64];
  private int idLength;

  RowParser(Table table) {
    this.table = table;
    this.columns = table.columns().toArray(Table.Column[]::new);
  }

  /** Parses a record; returns the error, or null. */
  @Nullable String parse(CsvFields fields) {
    values.truncate(0);
    keyLength = 0;
    idLength = 0;
    if (fields.count() != columns.length) {
      return "there are %s columns, but %s have %s"
          .formatted(fields.count(), table.name().toLowerCase(Locale.ROOT), columns.length);
    }
    int latitude = -1;
    for (int i = 0; i < columns.length; i++) {
      Table.Column column = columns[i];
      if (column.kind() == Kind.LATITUDE) {
        latitude = i;
        continue;
      }
      if (column.kind() == Kind.LONGITUDE) {
        String problem = location(fields, latitude, i);
        if (problem != null) {
          return problem;
        }
        continue;
      }
      look(fields, i);
      if (column.kind() == Kind.ID) {
        id(i);
      }
      if (start == end || (i == table.keyColumn() && table != Table.DONATIONS)) {
        continue;
      }
      if (!value(column)) {
        return "%s is '%s', which is not %s".formatted(column.name(), shown(), expected(column));
      }
    }
    if (keyLength == 0 && table != Table.DONATIONS) {
      return "projectid is empty";
    }
    return idLength == 0 && table == Table.DONATIONS ? "donationid is empty" : null;
  }

  /** Makes a field current, with its quotes and escapes undone; null is empty. */
  private void look(CsvFields fields, int field) {
    if (fields.isEscaped(field)) {
      if (!fields.isQuoted(field) && fields.isWritten(field, NULL)) {
        start = end = 0;
        return;
      }
      int room = fields.end(field) - fields.start(field);
      if (scratch.length < room) {
        scratch = new byte[2 * room];
      }
      source = scratch;
      start = 0;
      end = fields.copy(field, scratch, 0);
    } else {
      source = fields.bytes();
      start = fields.start(field);
      end = fields.end(field);
    }
  }

  /** Strips literal quotes from an id, and keeps it if it is that of the project or the row. */
  private void id(int column) {
    if (end - start >= 2 && source[start] == '"' && source[end - 1] == '"') {
      start++;
      end--;
    }
    int length = end - start;
    if (column == table.keyColumn()) {
      key = key.length < length ? new byte[2 * length] : key;
      System.arraycopy(source, start, key, 0, length);
      keyLength = length;
    } else if (column == 0) {
      id = id.length < length ? new byte[2 * length] : id;
      System.arraycopy(source, start, id, 0, length);
      idLength = length;
    }
  }

  private boolean value(Table.Column column) {
    int length = begin(column, end - start);
    int from = values.size();
    boolean fits =
        switch (column.kind()) {
          case DATE -> values.date(source, start, end);
          case AMOUNT -> values.number(source, start, end);
          case COUNT -> values.count(source, start, end);
          default -> {
            values.text(source, start, end);
            yield true;
          }
        };
    finish(length, from);
    return fits;
  }

  /** Reserves space for the length of a value of up to {@code bytes} bytes; returns its index. */
  private int begin(Table.Column column, int bytes) {
    values.add(column.number());
    int at = values.size();
    // Escaping may turn a character into six.
    for (long most = 6L * bytes + 20; ; most >>>= 7) {
      values.add(0);
      if (most < 0x80) {
        return at;
      }
    }
  }

  private void finish(int lengthAt, int from) {
    int length = values.size() - from;
    byte[] bytes = values.bytes();
    for (int i = lengthAt; i < from; i++) {
      bytes[i] = (byte) ((length & 0x7f) | (i + 1 < from ? 0x80 : 0));
      length >>>= 7;
    }
  }

  private @Nullable String location(CsvFields fields, int latitude, int longitude) {
    location.truncate(0);
    location.add('[');
    boolean complete = true;
    for (int field : new int[] {longitude, latitude}) {
      look(fields, field);
      if (start == end) {
        complete = false;
        continue;
      }
      int from = location.size();
      if (!location.number(source, start, end)) {
        return "%s is '%s', which is not %s"
            .formatted(columns[field].name(), shown(), expected(columns[field]));
      }
      int most = field == latitude ? 90 : 180;
      double degrees =
          Double.parseDouble(new String(location.bytes(), from, location.size() - from, US_ASCII));
      if (degrees < -most || degrees > most) {
        return "%s is %s, which is not within -%s to %s"
            .formatted(columns[field].name(), shown(), most, most);
      }
      location.add(field == longitude ? ',' : ']');
    }
    if (complete) {
      int length = begin(columns[longitude], location.size());
      int from = values.size();
      values.add(location.bytes(), 0, location.size());
      finish(length, from);
    }
    return null;
  }

  private static String expected(Table.Column column) {
    return switch (column.kind()) {
      case DATE -> "a date like 2011-02-13 or 2011-02-13 11:07:19.349";
      case COUNT -> "a whole number";
      default -> "a number";
    };
  }

  private String shown() {
    String text = new String(source, start, end - start, UTF_8);
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }

  /** Returns the hash of the project's id. */
  int keyHash() {
    return KeyHash.of(key, 0, keyLength);
  }

  /** Adds the row of the last parsed record. */
  void addTo(JsonBytes rows, long offset) {
    rows.addVarInt(offset);
    rows.addVarInt(keyLength);
    rows.add(key, 0, keyLength);
    int ownId = table == Table.DONATIONS ? idLength : 0;
    rows.addVarInt(ownId);
    rows.add(id, 0, ownId);
    rows.addVarInt(values.size());
    rows.add(values.bytes(), 0, values.size());
  }
}
