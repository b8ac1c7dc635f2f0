package dev.diagonal.internal.transfer.source;

import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.csv.CsvDialect;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.csv.CsvReader;
import dev.diagonal.internal.rows.JsonObject;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.rows.types.InferredTypes;
import dev.diagonal.internal.rows.types.TypeGuesses;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the objects of JSON lines files, plain or compressed by their names: one object per line,
 * in UTF-8. A key that is missing in a line is null. A key that the sample did not have makes a bad
 * record, so that nothing is lost silently, unless only some keys are selected.
 */
public final class JsonLineFiles implements BlockSource {

  private static final int SAMPLE_ROWS = 1_000;
  private static final int SAMPLE_BYTES = 4 << 20;
  private static final int SHOWN_CHARACTERS = 200;

  /** Lines as records of one field; the delimiter and quote never occur in JSON. */
  private static final CsvDialect LINES =
      new CsvDialect('\u0001', CsvDialect.NONE, CsvDialect.NONE, false);

  private final List<String> patterns;
  private final RangePlan plan;
  private final InputFiles found;
  private final RowType declared;
  private final boolean ignoreUnknownKeys;
  private final TypeGuesses guesses;
  private final JsonColumns columns;

  private JsonLineFiles(
      List<String> patterns,
      RangePlan plan,
      InputFiles found,
      RowType declared,
      boolean ignoreUnknownKeys,
      TypeGuesses guesses,
      JsonColumns columns) {
    this.patterns = List.copyOf(patterns);
    this.plan = plan;
    this.found = found;
    this.declared = declared;
    this.ignoreUnknownKeys = ignoreUnknownKeys;
    this.guesses = guesses;
    this.columns = columns;
  }

  /**
   * Finds the files and detects keys and types in their first thousand lines.
   *
   * @param patterns files, globs or directories
   * @param plan how files are cut
   * @param ignoreUnknownKeys whether keys that the sample lacks are ignored
   * @throws BadInputException if a pattern matches nothing, or no line is an object
   */
  public static JsonLineFiles of(List<String> patterns, RangePlan plan, boolean ignoreUnknownKeys)
      throws IOException {
    InputFiles found = CsvFiles.listed(patterns);
    Sample sample = new Sample();
    for (InputFile file : found.files()) {
      if (sample.records.size() < SAMPLE_ROWS) {
        sample.read(file);
      }
    }
    Set<String> keys = new LinkedHashSet<>();
    sample.records.forEach(line -> keys.addAll(line.keySet()));
    List<String> columns = List.copyOf(keys);
    if (columns.isEmpty()) {
      throw new BadInputException(
          "no JSON object in '%s'%s"
              .formatted(
                  String.join(",", patterns), sample.problem == null ? "" : ": " + sample.problem));
    }
    Map<String, Integer> positions = new HashMap<>();
    columns.forEach(key -> positions.put(key, positions.size()));
    InferredTypes types = new InferredTypes(columns);
    for (Map<String, Seen> line : sample.records) {
      types.record();
      line.forEach(
          (key, seen) -> {
            if (seen.type != null) {
              types.saw(positions.getOrDefault(key, -1), seen.type, seen.text, seen.line);
            }
          });
    }
    TypeGuesses guesses = new TypeGuesses(types.guesses(String.valueOf(sample.file)), true);
    RowType declared = types.found();
    JsonColumns as = JsonColumns.values(declared, ignoreUnknownKeys);
    return new JsonLineFiles(patterns, plan, found, declared, ignoreUnknownKeys, guesses, as);
  }

  /**
   * Returns these files with every value kept as it is written, as JSON. The types of columns are
   * not guessed.
   */
  public JsonLineFiles asWritten() {
    RowType json =
        new RowType(declared.names().stream().map(key -> new Field(key, FieldType.JSON)).toList());
    return new JsonLineFiles(
        patterns,
        plan,
        found,
        json,
        ignoreUnknownKeys,
        guesses,
        JsonColumns.asWritten(json, ignoreUnknownKeys));
  }

  /** A value of the sample; its type is null for a JSON null. */
  private record Seen(@Nullable FieldType type, String text, long line) {}

  /** The first lines of all files. */
  private static final class Sample {
    final List<Map<String, Seen>> records = new ArrayList<>();
    @Nullable String file;
    @Nullable String problem;

    void read(InputFile input) throws IOException {
      OpenText opened = OpenText.of(input, 0, StandardCharsets.UTF_8);
      try (CsvReader lines = lines(opened)) {
        while (records.size() < SAMPLE_ROWS && lines.offset() < SAMPLE_BYTES && lines.next()) {
          Map<String, Seen> record = new LinkedHashMap<>();
          String wrong =
              lines.problem() != null
                  ? lines.problem()
                  : JsonObject.read(
                      lines.fields(),
                      (key, token, text) ->
                          record.put(
                              key,
                              new Seen(
                                  typeOf(token, text),
                                  text.substring(0, Math.min(text.length(), SHOWN_CHARACTERS)),
                                  lines.line())));
          if (wrong == null) {
            records.add(record);
            file = file == null ? input.name() : file;
          } else if (problem == null) {
            problem = "%s, line %s: %s".formatted(input.name(), lines.line(), wrong);
          }
        }
      }
    }
  }

  private static @Nullable FieldType typeOf(JsonToken token, String text) {
    return switch (token) {
      case VALUE_TRUE, VALUE_FALSE -> FieldType.BOOLEAN;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(text);
      case START_OBJECT, START_ARRAY -> FieldType.JSON;
      case VALUE_NULL -> null;
      default -> FieldType.TEXT;
    };
  }

  private static FieldType number(String text) {
    // For numbers with several JSON representations, such as 1E2, a decimal keeps the value.
    return InferredTypes.typeOf(text) == FieldType.BIGINT ? FieldType.BIGINT : FieldType.DECIMAL;
  }

  static CsvReader lines(OpenText opened) {
    return new CsvReader(opened.text(), LINES, CsvFormat.MAX_RECORD_BYTES, false);
  }

  @Override
  public RowType blockType() {
    return columns.type();
  }

  @Override
  public @Nullable TypeGuesses guesses() {
    return columns.areAsWritten() ? null : guesses;
  }

  @Override
  public BlockSource strict(List<ColumnGuess> inUse, Set<String> json) {
    return new JsonLineFiles(
        patterns,
        plan,
        found,
        declared,
        ignoreUnknownKeys,
        guesses,
        columns.refusingTexts(inUse, json));
  }

  @Override
  public RowType declared() {
    return declared;
  }

  @Override
  public boolean readsBytes() {
    return false;
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
    return "JSON lines " + String.join(",", patterns);
  }

  @Override
  public List<SourceRange> ranges() {
    return CsvFiles.fileRanges(found, plan, true);
  }

  @Override
  public RowOrigin origin(SourceRange range) {
    return OpenText.origin(range, found.named(range.place()));
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws IOException {
    OpenText opened =
        OpenText.of(found.named(range.place()), range.start(), StandardCharsets.UTF_8);
    return new JsonBlocks(range, opened, lines(opened), columns, blockRows);
  }
}
