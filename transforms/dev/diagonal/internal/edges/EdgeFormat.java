package dev.diagonal.internal.edges;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.FieldCounts;
import dev.diagonal.internal.csv.HeaderNames;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.internal.rows.types.NamedType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format of edges in a text file, one per line. A column is a name in the header or a position
 * from 1.
 *
 * @param header whether the first line of every file is a header
 * @param delimiter the ASCII text between two fields. {@linkplain #BLANKS A blank} matches any run
 *     of blanks and tabs, including before the first and after the last field; quotes then have no
 *     special meaning. With any other delimiter a field may be quoted, with quotes doubled inside
 *     (RFC 4180, except that a line break always ends the line)
 * @param source the column of the source
 * @param target the column of the target
 * @param textIds whether source and target are texts; otherwise 64-bit whole numbers
 * @param id the column of the edge's id; null to build it from file and offset
 * @param idKind the kind of the edge's id; {@link IdKind#PLACE} if and only if {@code id} is null
 * @param columns additional columns; an empty field is null, an empty quoted one is an empty text
 * @param first the header of the first file; a position means the column of that name in all files
 */
public record EdgeFormat(
    boolean header,
    String delimiter,
    String source,
    String target,
    boolean textIds,
    @Nullable String id,
    IdKind idKind,
    List<EdgeColumn> columns,
    HeaderNames first)
    implements Serializable {

  /** The delimiter that matches any run of blanks and tabs. */
  public static final String BLANKS = " ";

  /** Source and target as whole numbers in the first two columns, with a header, by commas. */
  public static final EdgeFormat CSV =
      new EdgeFormat(true, ",", "1", "2", false, null, IdKind.PLACE, List.of(), HeaderNames.NONE);

  /**
   * The edge lists of the Stanford Large Network Dataset Collection (SNAP). Their comments start
   * with {@code #}: see {@link dev.diagonal.files.ReadLines#withSkipped}.
   */
  public static final EdgeFormat SNAP = CSV.withHeader(false).withDelimiter(BLANKS);

  /**
   * @throws IllegalArgumentException if the delimiter is invalid, a column is blank, or a name
   *     although there is no header, or {@code id} and {@code idKind} are inconsistent
   */
  public EdgeFormat {
    columns = List.copyOf(columns);
    checkArgument(
        isDelimiter(delimiter),
        "delimiter must be a tab or printable ASCII characters other than letters, digits, quotes"
            + " and signs, got '%s'",
        delimiter);
    checkArgument(
        (id == null) == (idKind == IdKind.PLACE),
        "an edge's id must be its place if it has no column, and only then, got %s and %s",
        id,
        idKind);
    List<String> all = new ArrayList<>(List.of(source, target));
    columns.forEach(column -> all.add(column.name()));
    if (id != null) {
      all.add(id);
    }
    for (String column : all) {
      checkArgument(!column.isBlank(), "a column must be a name or a position, got '%s'", column);
      checkArgument(
          header || HeaderNames.isPosition(column),
          "without a header a column must be a position from 1, got '%s'",
          column);
    }
  }

  public EdgeFormat withHeader(boolean firstLine) {
    return new EdgeFormat(
        firstLine, delimiter, source, target, textIds, id, idKind, columns, first);
  }

  public EdgeFormat withDelimiter(String text) {
    return new EdgeFormat(header, text, source, target, textIds, id, idKind, columns, first);
  }

  public EdgeFormat withEnds(String sourceColumn, String targetColumn) {
    return new EdgeFormat(
        header, delimiter, sourceColumn, targetColumn, textIds, id, idKind, columns, first);
  }

  public EdgeFormat withTextIds(boolean text) {
    return new EdgeFormat(header, delimiter, source, target, text, id, idKind, columns, first);
  }

  /** Returns this format for records that are read as lines: a header and commas. */
  EdgeFormat ofRecords() {
    return withHeader(true).withDelimiter(",");
  }

  /** Returns a splitter for lines of this format. */
  CsvFields fields() {
    return delimiter.equals(BLANKS) ? CsvFields.atBlanks() : new CsvFields(delimiter);
  }

  /** Sets the column of the edge's id, a number or a text. */
  public EdgeFormat withId(String column, IdKind kind) {
    return new EdgeFormat(header, delimiter, source, target, textIds, column, kind, columns, first);
  }

  /** Sets additional columns of type text. */
  public EdgeFormat withColumns(List<String> texts) {
    return withTypedColumns(texts.stream().map(EdgeColumn::text).toList());
  }

  public EdgeFormat withTypedColumns(List<EdgeColumn> further) {
    return new EdgeFormat(header, delimiter, source, target, textIds, id, idKind, further, first);
  }

  /** Returns this format with the types of a table's columns for columns without a type. */
  public EdgeFormat withTypesOf(Map<String, NamedType> table) {
    return withTypedColumns(columns.stream().map(column -> column.or(table)).toList());
  }

  /** Returns the names of the additional columns. */
  public List<String> columnNames() {
    return columns.stream().map(EdgeColumn::name).toList();
  }

  /**
   * Finds the columns in a file.
   *
   * @throws BadInputException if the file lacks a column, or source and target are the same column
   */
  Positions positionsIn(TextFile file) {
    String line = file.header();
    HeaderNames names = line == null ? HeaderNames.NONE : headerNames(line, file);
    int from = position(source, names, file);
    int to = position(target, names, file);
    if (from == to) {
      throw new BadInputException(
          "%s: the source and the target cannot both be column %s; '%s' and '%s' are"
              .formatted(file.name(), from + 1, source, target));
    }
    if (!textIds
        && line != null
        && isNumber(names.names().get(from))
        && isNumber(names.names().get(to))) {
      throw new BadInputException(
          "the first line of %s, '%s', is an edge and not a header: use --header=false and name columns by position"
              .formatted(file.name(), shortened(line)));
    }
    return new Positions(
        from,
        to,
        id == null ? -1 : position(id, names, file),
        columns.stream().map(column -> position(column.name(), names, file)).toList(),
        line == null ? FieldCounts.most(file.firstLines(), fields()) : names.names().size());
  }

  /**
   * Returns this format with the header of the first file, by which columns that are given by
   * position are found in other files.
   */
  public EdgeFormat named(FirstLines lines) {
    String line = lines.header(header);
    EdgeFormat layout = lines.records() ? ofRecords() : this;
    CsvFields fields = layout.fields();
    if (line == null || fields.split(line) != null) {
      return this;
    }
    return new EdgeFormat(
        header, delimiter, source, target, textIds, id, idKind, columns, namesIn(fields));
  }

  /**
   * Returns a remark if the first line looks like a header although none is declared: its ends are
   * words, and those of all other lines are numbers. Otherwise returns null.
   */
  public @Nullable String headerRemark(FirstLines firstLines) {
    if (header || !textIds || firstLines.records()) {
      return null;
    }
    List<String> lines = firstLines.lines();
    Boolean first = null;
    int others = 0;
    for (String line : lines) {
      CsvFields fields = fields();
      if (fields.split(line) != null) {
        continue;
      }
      Boolean numbers = endsAreNumbers(fields);
      if (first == null) {
        first = numbers;
        if (first == null || first) {
          return null;
        }
      } else if (numbers == null || !numbers) {
        return null;
      } else {
        others++;
      }
    }
    return others == 0
        ? null
        : "the first line, '%s', looks like a header and was read as an edge: --header=true reads it as a header"
            .formatted(shortened(lines.get(0)));
  }

  private @Nullable Boolean endsAreNumbers(CsvFields fields) {
    Integer from = position(source);
    Integer to = position(target);
    if (from == null || to == null || Math.max(from, to) > fields.count()) {
      return null;
    }
    boolean number = isNumber(fields.text(from - 1));
    return number == isNumber(fields.text(to - 1)) ? number : null;
  }

  /**
   * The positions of the columns, from 0; -1 for a missing one.
   *
   * @param fields how many fields a line has, or 0 if that is unknown
   */
  record Positions(int source, int target, int id, List<Integer> columns, int fields) {
    boolean has(int column) {
      return column == source || column == target || column == id || columns.contains(column);
    }

    int last() {
      int last = Math.max(Math.max(source, target), id);
      for (int column : columns) {
        last = Math.max(last, column);
      }
      return last;
    }
  }

  private HeaderNames headerNames(String line, TextFile file) {
    CsvFields fields = fields();
    String fault = fields.split(line);
    if (fault != null) {
      throw new BadInputException("the header of %s: %s".formatted(file.name(), fault));
    }
    return namesIn(fields);
  }

  private static HeaderNames namesIn(CsvFields header) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < header.count(); i++) {
      names.add(header.text(i).trim());
    }
    return new HeaderNames(names);
  }

  private int position(String column, HeaderNames names, TextFile file) {
    int position = names.find(column, first, file.name());
    if (position == HeaderNames.ABSENT) {
      throw new BadInputException(
          "%s has no column '%s': its first line is '%s'"
              .formatted(
                  file.name(), first.nameOf(column), shortened(String.valueOf(file.header()))));
    }
    return position;
  }

  private static boolean isNumber(String name) {
    return name.matches("[+-]?[0-9]+");
  }

  static @Nullable Integer position(String column) {
    return HeaderNames.isPosition(column) ? Integer.valueOf(column) : null;
  }

  /**
   * Returns whether all characters are tabs or printable ASCII, but not letters, digits, quotes or
   * signs.
   */
  private static boolean isDelimiter(String text) {
    return text.matches("[\\t -~&&[^0-9A-Za-z\"+-]]+");
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
