package dev.diagonal.internal.csv;

import dev.diagonal.csv.CsvDialect;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A slow and obvious reader of CSV: one character at a time, from the start of the file. */
public final class SlowCsv {

  private static final String MARK = "\u00ef\u00bb\u00bf";

  private final String text;
  private final CsvDialect dialect;
  private final List<Found> found = new ArrayList<>();
  private int at;
  private long line = 1;

  /**
   * A record.
   *
   * @param offset the byte that it starts at
   * @param line the line that it starts in
   * @param fields null if it is bad
   */
  public record Found(long offset, long line, @Nullable List<String> fields) {}

  private SlowCsv(String text, CsvDialect dialect) {
    this.text = text;
    this.dialect = dialect;
  }

  /** Returns the records of a file whose bytes are these characters of ISO 8859-1. */
  public static List<Found> read(String bytes, CsvDialect dialect) {
    return new SlowCsv(bytes, dialect).read();
  }

  private List<Found> read() {
    at = text.startsWith(MARK) ? MARK.length() : 0;
    for (int i = 0; i < dialect.skipped().first() && at < text.length(); i++) {
      skipLine();
    }
    String comment = dialect.skipped().comment();
    while (at < text.length()) {
      if (lineEnd() > 0 || (comment != null && text.startsWith(comment, at))) {
        skipLine();
      } else {
        int start = at;
        long startLine = line;
        List<String> fields = record();
        skipLine(); // the rest of a bad record
        found.add(new Found(start, startLine, fields));
      }
    }
    return found;
  }

  /** Returns the fields of the next record, or null if it is bad. */
  private @Nullable List<String> record() {
    List<String> fields = new ArrayList<>();
    while (true) {
      String field = is(dialect.quote()) ? quoted() : plain();
      if (field == null) {
        return null;
      }
      fields.add(field);
      if (!isDelimiter()) {
        return fields;
      }
      at += dialect.delimiter().length();
    }
  }

  private @Nullable String plain() {
    StringBuilder field = new StringBuilder();
    while (at < text.length() && !isDelimiter() && lineEnd() == 0) {
      if (is(dialect.escape())) {
        at++;
        if (at == text.length()) {
          return null;
        }
        line += lineEnd() == 1 ? 1 : 0; // the first character of CRLF does not end a line
      }
      field.append(text.charAt(at++));
    }
    return field.toString();
  }

  private @Nullable String quoted() {
    StringBuilder field = new StringBuilder();
    at++;
    while (at < text.length()) {
      if (is(dialect.escape())) {
        at++;
        if (at == text.length()) {
          return null;
        }
        line += lineEnd() == 1 ? 1 : 0;
        field.append(text.charAt(at++));
      } else if (text.startsWith("" + dialect.quote() + dialect.quote(), at)) {
        field.append(dialect.quote());
        at += 2;
      } else if (is(dialect.quote())) {
        at++;
        return at == text.length() || isDelimiter() || lineEnd() > 0 ? field.toString() : null;
      } else if (lineEnd() > 0 && !dialect.lineBreaksInQuotes()) {
        return null;
      } else {
        line += lineEnd() > 0 ? 1 : 0;
        int length = Math.max(1, lineEnd());
        field.append(text, at, at + length);
        at += length;
      }
    }
    return null;
  }

  private void skipLine() {
    while (at < text.length() && lineEnd() == 0) {
      at++;
    }
    if (at < text.length()) {
      at += lineEnd();
      line++;
    }
  }

  private boolean is(char c) {
    return c != CsvDialect.NONE && at < text.length() && text.charAt(at) == c;
  }

  private boolean isDelimiter() {
    return text.startsWith(dialect.delimiter(), at);
  }

  /** Returns how many characters a line end has here; 0 if there is none. */
  private int lineEnd() {
    if (text.startsWith("\r\n", at)) {
      return 2;
    }
    return text.startsWith("\r", at) || text.startsWith("\n", at) ? 1 : 0;
  }
}
