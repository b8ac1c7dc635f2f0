package dev.diagonal.transfer.source;

import dev.diagonal.csv.CsvFields;
import dev.diagonal.csv.CsvReader;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.FileRange;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.InferredTypes;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The records of CSV files, plain or compressed by their names. Every file must have the columns of
 * the first one. A record with more or fewer fields is a bad one, and so is one of more than 64
 * MiB.
 */
public final class CsvFiles implements TransferSource {

  static final int MAX_RECORD_BYTES = 64 << 20;

  private static final int SAMPLE_ROWS = 1_000;
  private static final int SAMPLE_BYTES = 4 << 20;

  private final List<String> patterns;
  private final CsvFormat format;
  private final RangePlan plan;
  private final RowType raw;
  private final RowType declared;
  private final InputFiles found;

  private CsvFiles(
      List<String> patterns,
      CsvFormat format,
      RangePlan plan,
      InputFiles found,
      RowType raw,
      RowType declared) {
    this.patterns = List.copyOf(patterns);
    this.format = format;
    this.plan = plan;
    this.found = found;
    this.raw = raw;
    this.declared = declared;
  }

  /**
   * Finds the files and learns their columns from the first that is not empty: the names from its
   * header, the types from its first thousand records.
   *
   * @param patterns files, globs or directories
   * @param plan how files are cut that may be
   * @throws BadInputException if a pattern matches nothing, all files are empty, or a header cannot
   *     be read
   */
  public static CsvFiles of(List<String> patterns, CsvFormat format, RangePlan plan)
      throws IOException {
    InputFiles found = listed(patterns);
    for (InputFile file : found.files()) {
      try (CsvReader reader = reader(OpenText.of(file, 0, charset(format)), format)) {
        if (reader.next()) {
          return learnt(patterns, format, plan, found, file.name(), reader);
        }
      }
    }
    throw new BadInputException("no record in '" + String.join(",", patterns) + "'");
  }

  /** Lists files that are read twice: first a sample for names and types, then all of it. */
  static InputFiles listed(List<String> patterns) {
    InputFiles found = InputFiles.matching(patterns);
    for (InputFile file : found.files()) {
      if (file.isPipe()) {
        throw new BadInputException(
            file.name()
                + " is a pipe, which can be read only once, but columns and types are first learned"
                + " from a sample: save its contents to a file");
      }
    }
    return found;
  }

  private static CsvFiles learnt(
      List<String> patterns,
      CsvFormat format,
      RangePlan plan,
      InputFiles found,
      String file,
      CsvReader reader)
      throws IOException {
    List<String> names = names(format, file, reader);
    InferredTypes types = new InferredTypes(names);
    boolean more = !format.header() || reader.next();
    for (int row = 0; more && row < SAMPLE_ROWS && reader.offset() < SAMPLE_BYTES; row++) {
      CsvFields fields = reader.fields();
      if (reader.problem() == null && fields.count() == names.size()) {
        for (int i = 0; i < names.size(); i++) {
          if (!isNull(fields, i, format)) {
            types.saw(i, fields.text(i));
          }
        }
      }
      more = reader.next();
    }
    RowType declared = types.found();
    RowType raw = new RowType(names.stream().map(name -> new Field(name, FieldType.TEXT)).toList());
    return new CsvFiles(patterns, format, plan, found, raw, declared);
  }

  private static List<String> names(CsvFormat format, String file, CsvReader reader) {
    if (reader.problem() != null) {
      throw new BadInputException(file + ": the first record cannot be read: " + reader.problem());
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < reader.fields().count(); i++) {
      names.add(format.header() ? reader.fields().text(i) : "c" + (i + 1));
    }
    if (!format.header() && !format.columns().isEmpty()) {
      if (format.columns().size() != names.size()) {
        throw new BadInputException(
            "%s has %d columns, and %d are named"
                .formatted(file, names.size(), format.columns().size()));
      }
      return format.columns();
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      if (!reader.fields().isUtf8(i, names.get(i))) {
        throw new BadInputException(
            "the header of %s is not %s: column %d is '%s'. Name the encoding of the file with --encoding, such as windows-1252"
                .formatted(file, format.encoding(), i + 1, names.get(i)));
      }
      if (names.get(i).isBlank() || !seen.add(names.get(i))) {
        throw new BadInputException(
            "%s: the header names column %d '%s', which is %s"
                .formatted(
                    file,
                    i + 1,
                    names.get(i),
                    names.get(i).isBlank() ? "blank" : "the name of another one"));
      }
    }
    return names;
  }

  static boolean isNull(CsvFields fields, int field, CsvFormat format) {
    if (fields.isNull(field)) {
      return true;
    }
    return format.nullText() != null
        && !fields.isQuoted(field)
        && fields.text(field).equals(format.nullText());
  }

  static Charset charset(CsvFormat format) {
    return Charset.forName(format.encoding());
  }

  static CsvReader reader(OpenText opened, CsvFormat format) {
    return new CsvReader(opened.text(), format.dialect(), MAX_RECORD_BYTES, false);
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
  public boolean readsBytes() {
    return true;
  }

  @Override
  public long bytes() {
    return found.totalBytes();
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
