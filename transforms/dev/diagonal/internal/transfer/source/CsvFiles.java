package dev.diagonal.internal.transfer.source;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.FileRange;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.CsvReader;
import dev.diagonal.internal.csv.FieldCounts;
import dev.diagonal.internal.files.stored.FirstLine;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.HeaderRemark;
import dev.diagonal.internal.rows.types.InferredTypes;
import dev.diagonal.internal.rows.types.TypeGuesses;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of CSV files, plain or compressed by their names. Every file must have the
 * columns of the first one. A record with more or fewer fields, or of more than 64 MiB, is bad.
 */
public final class CsvFiles implements BlockSource {

  private static final int SAMPLE_ROWS = 1_000;
  private static final int SAMPLE_BYTES = 4 << 20;

  private final List<String> patterns;
  private final CsvFormat format;
  private final RangePlan plan;
  private final RowType raw;
  private final RowType declared;
  private final TypeGuesses guesses;
  private final List<String> remarks;
  private final InputFiles found;

  private CsvFiles(
      List<String> patterns,
      CsvFormat format,
      RangePlan plan,
      InputFiles found,
      RowType raw,
      RowType declared,
      TypeGuesses guesses,
      @Nullable String remark) {
    this.patterns = List.copyOf(patterns);
    this.format = format;
    this.plan = plan;
    this.found = found;
    this.raw = raw;
    this.declared = declared;
    this.guesses = guesses;
    this.remarks = remark == null ? List.of() : List.of(remark);
  }

  /**
   * Finds the files and detects their columns in the first non-empty one: the names from its
   * header, the types from its first thousand records.
   *
   * @param patterns files, globs or directories
   * @param plan how files are cut, where that is possible
   * @throws BadInputException if a pattern matches nothing, all files are empty, or a header cannot
   *     be read
   */
  public static CsvFiles of(List<String> patterns, CsvFormat format, RangePlan plan)
      throws IOException {
    InputFiles found = listed(patterns);
    for (InputFile file : found.files()) {
      List<String> names = names(file, format);
      if (names != null) {
        return learnt(patterns, format, plan, found, file, names);
      }
    }
    throw new BadInputException("no record in '" + String.join(",", patterns) + "'");
  }

  /** Lists files that are read twice: first a sample for names and types, then everything. */
  static InputFiles listed(List<String> patterns) {
    InputFiles found = InputFiles.matching(patterns);
    for (InputFile file : found.files()) {
      if (file.isPipe()) {
        throw new BadInputException(
            file.name()
                + " is a pipe, which can be read only once, but columns and types are first"
                + " detected in a sample: save its contents to a file");
      }
    }
    return found;
  }

  private static CsvFiles learnt(
      List<String> patterns,
      CsvFormat format,
      RangePlan plan,
      InputFiles found,
      InputFile file,
      List<String> names)
      throws IOException {
    InferredTypes types = sampled(file, format, names);
    RowType declared = types.found();
    RowType raw = new RowType(names.stream().map(name -> new Field(name, FieldType.TEXT)).toList());
    TypeGuesses guesses = new TypeGuesses(types.guesses(file.name()), false);
    String remark = format.header() ? HeaderRemark.of(file.name(), declared) : null;
    return new CsvFiles(patterns, format, plan, found, raw, declared, guesses, remark);
  }

  private static InferredTypes sampled(InputFile file, CsvFormat format, List<String> names)
      throws IOException {
    InferredTypes types = new InferredTypes(names);
    byte[] nullText = format.nullBytes();
    try (CsvReader reader = reader(OpenText.of(file, 0, charset(format)), format)) {
      boolean more = reader.next() && (!format.header() || reader.next());
      for (int row = 0; more && row < SAMPLE_ROWS && reader.offset() < SAMPLE_BYTES; row++) {
        CsvFields fields = reader.fields();
        if (reader.problem() == null && fields.count() == names.size()) {
          for (int i = 0; i < names.size(); i++) {
            if (!isNull(fields, i, nullText)) {
              types.saw(i, fields.text(i), reader.line());
            }
          }
          types.record();
        }
        more = reader.next();
      }
    }
    return types;
  }

  /** Returns the names of the columns, or null if the file has no record. */
  private static @Nullable List<String> names(InputFile file, CsvFormat format) throws IOException {
    try (CsvReader reader = reader(OpenText.of(file, 0, charset(format)), format)) {
      return format.header()
          ? reader.next() ? headerNames(format, file.name(), reader) : null
          : positions(format, file.name(), reader);
    }
  }

  /**
   * Names columns by position. Uses the number of fields that most records have, since any single
   * record may be bad, even the first.
   */
  private static @Nullable List<String> positions(CsvFormat format, String file, CsvReader reader)
      throws IOException {
    FieldCounts counts = new FieldCounts();
    for (int row = 0; row < SAMPLE_ROWS && reader.offset() < SAMPLE_BYTES && reader.next(); row++) {
      if (row == 0) {
        FirstLine.refuseRecord(file, reader.record());
      }
      if (reader.problem() == null) {
        counts.add(reader.fields().count());
      }
    }
    if (counts.isEmpty()) {
      return null;
    }
    int most = counts.most();
    if (!format.columns().isEmpty()) {
      if (!counts.has(format.columns().size())) {
        throw new BadInputException(
            "%s has %s columns, but %s are named".formatted(file, most, format.columns().size()));
      }
      return format.columns();
    }
    return IntStream.rangeClosed(1, most).mapToObj(i -> "c" + i).toList();
  }

  private static List<String> headerNames(CsvFormat format, String file, CsvReader reader) {
    FirstLine.refuseHeader(file, reader.record());
    if (reader.problem() != null) {
      throw new BadInputException(
          "%s: the header cannot be read: %s; check --delimiter and --quote; the line is: %s"
              .formatted(file, reader.problem(), BadValueException.shown(reader.record())));
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < reader.fields().count(); i++) {
      names.add(nameOf(reader.fields(), i));
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      if (!reader.fields().isUtf8(i, reader.fields().text(i))) {
        throw new BadInputException(
            "the header of %s is not %s: column %s is '%s'. Name the encoding of the file with --encoding, such as windows-1252"
                .formatted(file, format.encoding(), i + 1, names.get(i)));
      }
      if (!seen.add(names.get(i))) {
        throw new BadInputException(
            "%s: column %s of the header has the same name as another one, '%s'%s"
                .formatted(
                    file,
                    i + 1,
                    names.get(i),
                    HeaderRemark.isValue(names.get(i))
                        ? "; if the file has no header, use --header=false"
                        : ""));
      }
    }
    return names;
  }

  /**
   * Returns the name of a column, or its position if the name is blank, as pandas writes an index.
   */
  static String nameOf(CsvFields header, int field) {
    String name = header.text(field);
    return name.isBlank() ? "c" + (field + 1) : name;
  }

  /**
   * Returns whether a field is null: empty or equal to the null text, in both cases without quotes.
   */
  static boolean isNull(CsvFields fields, int field, byte @Nullable [] nullText) {
    return fields.isNull(field)
        || (nullText != null && !fields.isQuoted(field) && fields.isWritten(field, nullText));
  }

  static Charset charset(CsvFormat format) {
    return Charset.forName(format.encoding());
  }

  static CsvReader reader(OpenText opened, CsvFormat format) {
    return new CsvReader(opened.text(), format.dialect(), CsvFormat.MAX_RECORD_BYTES, false);
  }

  @Override
  public RowType blockType() {
    return raw;
  }

  @Override
  public RowType declared() {
    return declared;
  }

  @Override
  public TypeGuesses guesses() {
    return guesses;
  }

  @Override
  public List<String> remarks() {
    return remarks;
  }

  @Override
  public boolean readsBytes() {
    return true;
  }

  @Override
  public long bytes() {
    return found.totalBytes();
  }

  @Override
  public InputFiles files() {
    return found;
  }

  @Override
  public String describe() {
    return "CSV " + String.join(",", patterns);
  }

  @Override
  public List<SourceRange> ranges() {
    return fileRanges(found, plan, format.isSplittable());
  }

  static List<SourceRange> fileRanges(InputFiles found, RangePlan plan, boolean splittable) {
    InputFiles files =
        splittable ? found : new InputFiles(found.files().stream().map(InputFile::whole).toList());
    List<SourceRange> ranges = new ArrayList<>();
    for (FileRange range : plan.cut(files)) {
      ranges.add(new SourceRange(ranges.size(), range.file(), range.start(), range.end()));
    }
    return ranges;
  }

  @Override
  public RowOrigin origin(SourceRange range) {
    return OpenText.origin(range, found.named(range.place()));
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws IOException {
    OpenText opened = OpenText.of(found.named(range.place()), range.start(), charset(format));
    return new CsvBlocks(range, opened, reader(opened, format), format, raw, blockRows);
  }
}
