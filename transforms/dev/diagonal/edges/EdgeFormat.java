package dev.diagonal.edges;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.csv.CsvFields;
import dev.diagonal.edges.Edge.IdKind;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How edges stand in a text file, one a line. A column is a name in the header or a position from
 * 1.
 *
 * @param header whether the first line of every file is a header
 * @param delimiter the ASCII character between two fields. A {@linkplain #BLANKS blank} stands for
 *     any run of blanks and tabs, also before the first and behind the last field; quotes mean
 *     nothing then. With any other a field may stand in quotes, in which a doubled quote is a quote
 *     (RFC 4180; a line break ends the line nevertheless)
 * @param comment what lines start with that are passed over; null if there are none
 * @param source the column of the source
 * @param target the column of the target
 * @param textIds whether source and target are texts; else they are whole numbers of 64 bits
 * @param id the column of the edge's id; null if it is to be made of file and offset
 * @param idKind what the edge's id is; {@link IdKind#PLACE} if, and only if, {@code id} is null
 * @param columns further columns, carried along as text; an empty field is null, an empty one in
 *     quotes is an empty text
 */
public record EdgeFormat(
    boolean header,
    char delimiter,
    @Nullable String comment,
    String source,
    String target,
    boolean textIds,
    @Nullable String id,
    IdKind idKind,
    List<String> columns)
    implements Serializable {

  /** The delimiter that stands for any run of blanks and tabs. */
  public static final char BLANKS = CsvFields.BLANKS;

  /** Source and target as whole numbers in the first two columns, with a header, by commas. */
  public static final EdgeFormat CSV =
      new EdgeFormat(true, ',', null, "1", "2", false, null, IdKind.PLACE, List.of());

  /** The edge lists of the Stanford Large Network Dataset Collection (SNAP). */
  public static final EdgeFormat SNAP =
      new EdgeFormat(false, BLANKS, "#", "1", "2", false, null, IdKind.PLACE, List.of());

  /**
   * @throws IllegalArgumentException if the delimiter is no delimiter, {@code comment} is empty, a
   *     column is blank, or a name although there is no header, or {@code id} and {@code idKind} do
   *     not fit
   */
  public EdgeFormat {
    columns = List.copyOf(columns);
    checkArgument(
        isDelimiter(delimiter),
        "delimiter must be a tab or a printable ASCII character other than a letter, a digit, a"
            + " quote and a sign, got '%s'",
        delimiter);
    checkArgument(comment == null || !comment.isEmpty(), "comment must not be empty");
    checkArgument(
        (id == null) == (idKind == IdKind.PLACE),
        "an edge's id must be its place if it has no column, and only then, got %s and %s",
        id,
        idKind);
    List<String> all = new ArrayList<>(List.of(source, target));
    all.addAll(columns);
    if (id != null) {
      all.add(id);
    }
    for (String column : all) {
      checkArgument(!column.isBlank(), "a column must be a name or a position, got '%s'", column);
      checkArgument(
          header || position(column) != null,
          "without a header a column must be a position from 1, got '%s'",
          column);
    }
  }

  public EdgeFormat withHeader(boolean firstLine) {
    return new EdgeFormat(
        firstLine, delimiter, comment, source, target, textIds, id, idKind, columns);
  }

  public EdgeFormat withDelimiter(char character) {
    return new EdgeFormat(header, character, comment, source, target, textIds, id, idKind, columns);
  }

  public EdgeFormat withComment(@Nullable String prefix) {
    return new EdgeFormat(header, delimiter, prefix, source, target, textIds, id, idKind, columns);
  }

  public EdgeFormat withEnds(String sourceColumn, String targetColumn) {
    return new EdgeFormat(
        header, delimiter, comment, sourceColumn, targetColumn, textIds, id, idKind, columns);
  }

  public EdgeFormat withTextIds(boolean text) {
    return new EdgeFormat(header, delimiter, comment, source, target, text, id, idKind, columns);
  }

  /** Takes the edge's id from a column, as a number or a text. */
  public EdgeFormat withId(String column, IdKind kind) {
    return new EdgeFormat(
        header, delimiter, comment, source, target, textIds, column, kind, columns);
  }

  public EdgeFormat withColumns(List<String> further) {
    return new EdgeFormat(header, delimiter, comment, source, target, textIds, id, idKind, further);
  }

  /**
   * Finds the columns in a file.
   *
   * @throws BadInputException if the file's first line is a comment where a header is declared, has
   *     no such column, or has source and target in one
   */
  Positions positionsIn(TextFile file) {
    String line = file.header();
    if (line != null && comment != null && line.startsWith(comment)) {
      throw new BadInputException(
          "%s starts with a comment, '%s', where the header should be: declare no header and name"
                  .formatted(file.name(), shortened(line))
              + " columns by position");
    }
    List<String> names = line == null ? List.of() : headerNames(line, file);
    int from = position(source, names, file);
    int to = position(target, names, file);
    if (from == to) {
      throw new BadInputException(
          "%s: the source and the target cannot both be column %d, '%s' and '%s' are"
              .formatted(file.name(), from + 1, source, target));
    }
    if (!textIds && !names.isEmpty() && isNumber(names.get(from)) && isNumber(names.get(to))) {
      throw new BadInputException(
          "the first line of %s, '%s', is an edge and not a header: use --header=false and name columns by position"
              .formatted(file.name(), shortened(String.valueOf(line))));
    }
    return new Positions(
        from,
        to,
        id == null ? -1 : position(id, names, file),
        columns.stream().map(column -> position(column, names, file)).toList(),
        names.size());
  }

  /**
   * Where the columns stand, from 0; -1 if they do not.
   *
   * @param fields how many fields a line has, or 0 if that is not known
   */
  record Positions(int source, int target, int id, List<Integer> columns, int fields) {
    int last() {
      int last = Math.max(Math.max(source, target), id);
      for (int column : columns) {
        last = Math.max(last, column);
      }
      return last;
    }
  }

  private List<String> headerNames(String line, TextFile file) {
    CsvFields fields = new CsvFields(delimiter);
    String fault = fields.split(line);
    if (fault != null) {
      throw new BadInputException("the header of %s: %s".formatted(file.name(), fault));
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < fields.count(); i++) {
      names.add(fields.text(i).trim());
    }
    return names;
  }

  private int position(String column, List<String> names, TextFile file) {
    int named = names.indexOf(column);
    if (named != names.lastIndexOf(column)) {
      throw new BadInputException(
          "the header of %s has the column '%s' twice: name it by position"
              .formatted(file.name(), column));
    }
    if (named >= 0) {
      return named;
    }
    Integer position = position(column);
    if (position == null || (file.header() != null && position > names.size())) {
      throw new BadInputException(
          "%s has no column '%s': its first line is '%s'"
              .formatted(file.name(), column, shortened(String.valueOf(file.header()))));
    }
    return position - 1;
  }

  private static boolean isNumber(String name) {
    return name.matches("[+-]?[0-9]+");
  }

  static @Nullable Integer position(String column) {
    return column.matches("[1-9][0-9]{0,3}") ? Integer.valueOf(column) : null;
  }

  private static boolean isDelimiter(char c) {
    boolean inIds = Character.isLetterOrDigit(c) || "\"+-".indexOf(c) >= 0;
    return c == '\t' || (c >= ' ' && c < 127 && !inIds);
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
