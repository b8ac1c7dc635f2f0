package dev.diagonal.pipelines.options;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.HeaderNames;
import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.internal.files.stored.FirstLine;
import dev.diagonal.internal.jdbc.sql.Identifiers;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks options about columns and the delimiter against the first line of the input. */
public final class HeaderCheck {

  private static final List<String> DELIMITERS = List.of(",", ";", "\t", "|");

  private static final int MOST_SHOWN = 100;

  private static final int MOST_LINES = 5;

  private final String file;
  private final FirstLines first;
  private final boolean header;
  private final String delimiter;
  private final Mistakes mistakes;
  private final List<String> columns;

  /**
   * @param file the first file of the input
   * @param first its first lines; if there are none, nothing is checked
   * @param header whether the first of them names the columns
   * @param mistakes receives mismatches
   */
  public HeaderCheck(
      String file, FirstLines first, boolean header, String delimiter, Mistakes mistakes) {
    this.file = file;
    this.first = first;
    this.header = header || first.records();
    this.delimiter = first.records() ? "," : delimiter;
    this.mistakes = mistakes;
    this.columns = fields(this.delimiter);
  }

  /**
   * Refuses columns that are named by position where no file shows their names yet. Files that
   * arrive later may have the columns in different orders.
   *
   * @throws UsageException if a column is a position
   */
  public static void refusePositions(String... columns) {
    if (Stream.of(columns).anyMatch(HeaderNames::isPosition)) {
      throw new UsageException(
          "--input: there is no file yet whose header could give the names of the columns: name them"
              + " (--sourceColumn=source --targetColumn=target), or use --header=false");
    }
  }

  /**
   * Checks that the delimiter cuts the first line, or that no other one does.
   *
   * @return whether columns can be checked as well
   */
  public boolean delimiter() {
    String fault =
        first.lines().isEmpty() || first.records() ? null : faultOf(first.lines().get(0));
    if (fault != null) {
      mistakes.add("--input: " + fault);
      return false;
    }
    if (columns.size() > 1 || first.lines().isEmpty()) {
      return !columns.isEmpty();
    }
    for (String other : DELIMITERS) {
      int found = fields(other).size();
      if (!other.equals(delimiter) && found > 1 && cutsAll(other, found)) {
        mistakes.add(
            "--delimiter: the first line of %s is '%s', which has no %s; use --delimiter=%s, which makes %s fields"
                .formatted(file, line(), shown(delimiter), shown(other), found));
        return false;
      }
    }
    return !columns.isEmpty();
  }

  /** Checks that there is a column of this name or position. */
  public void column(String option, String column) {
    OptionalInt position = position(column);
    boolean found =
        position.isPresent()
            ? position.getAsInt() <= columns.size()
            : header && columns.contains(column);
    if (!found && !(header && columns.contains(column))) {
      mistakes.add(
          "--%s: %s has no column '%s'%s; its columns are %s (positions count from 1)"
              .formatted(
                  option,
                  file,
                  column,
                  NearestName.nearest(column, header ? columns : List.of())
                      .map("; did you mean '%s'?"::formatted)
                      .orElse(""),
                  header ? NearestName.list(columns) : "1 to " + columns.size()));
    }
  }

  /**
   * Checks that the name of a column can name one of a table, where it is given by name. A column
   * that is given by its position gets a name of its own.
   */
  public void length(String option, String column) {
    if (!Identifiers.fits(column)) {
      int position = columns.indexOf(column) + 1;
      mistakes.add(
          "--%s: the name of column '%s' of %s has %s bytes, and a column of a table may have %s%s"
              .formatted(
                  option,
                  column,
                  file,
                  column.getBytes(UTF_8).length,
                  Identifiers.MAX_BYTES,
                  position == 0
                      ? ""
                      : ": give its position, --%s=%2$s, which names it column_%2$s"
                          .formatted(option, position)));
    }
  }

  /**
   * Returns the value of a column in the first row, if neither that row nor the next ones have a
   * whole number there.
   */
  public Optional<String> text(String column) {
    OptionalInt position = position(column);
    int named = header ? columns.indexOf(column) : -1;
    int index = named >= 0 ? named : position.orElse(0) - 1;
    CsvFields fields = splitter(delimiter);
    List<String> texts =
        first.lines().stream()
            .skip(header ? 1 : 0)
            .limit(MOST_LINES)
            .filter(line -> index >= 0 && fields.split(line) == null && fields.count() > index)
            .map(line -> fields.text(index).trim())
            .toList();
    boolean allTexts =
        !texts.isEmpty() && texts.stream().noneMatch(text -> text.matches("[+-]?[0-9]*"));
    return allTexts ? Optional.of(texts.get(0)) : Optional.empty();
  }

  private static OptionalInt position(String column) {
    return column.matches("[1-9][0-9]{0,3}")
        ? OptionalInt.of(Integer.parseInt(column))
        : OptionalInt.empty();
  }

  /** Returns whether a delimiter cuts each of the first lines into this number of fields. */
  private boolean cutsAll(String by, int count) {
    CsvFields fields = splitter(by);
    return first.lines().stream()
        .limit(MOST_LINES)
        .allMatch(line -> fields.split(line) == null && fields.count() == count);
  }

  /** Returns the fields of the first line, or none if it cannot be cut. */
  private List<String> fields(String by) {
    CsvFields fields = splitter(by);
    List<String> texts = new ArrayList<>();
    if (first.lines().isEmpty() || fields.split(first.lines().get(0)) != null) {
      return texts;
    }
    for (int i = 0; i < fields.count(); i++) {
      texts.add(fields.text(i).trim());
    }
    return texts;
  }

  private @Nullable String faultOf(String line) {
    return header ? FirstLine.headerFault(file, line) : FirstLine.separatorFault(file, line);
  }

  private String line() {
    String line = first.lines().get(0);
    return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + "…";
  }

  private static CsvFields splitter(String by) {
    return by.equals(" ") ? CsvFields.atBlanks() : new CsvFields(by);
  }

  private static String shown(String delimiter) {
    return delimiter.equals("\t") ? "tab" : delimiter.isBlank() ? "blanks" : "'" + delimiter + "'";
  }
}
