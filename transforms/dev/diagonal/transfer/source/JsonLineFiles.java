package dev.diagonal.transfer.source;

import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.csv.CsvDialect;
import dev.diagonal.csv.CsvReader;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.InferredTypes;
import dev.diagonal.rows.JsonObject;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The objects of JSON lines files, plain or compressed by their names: one object a line, in UTF-8.
 * A key that a line lacks is null in it; one that the sample did not have makes a bad record, so
 * that nothing is lost in silence, unless only some keys are asked for.
 */
public final class JsonLineFiles implements TransferSource {

  private static final int SAMPLE_ROWS = 1_000;
  private static final int SAMPLE_BYTES = 4 << 20;

  /** Lines as records of one field: what would delimit cannot stand in JSON. */
  private static final CsvDialect LINES =
      new CsvDialect('\u0001', CsvDialect.NONE, CsvDialect.NONE, false);

  private final List<String> patterns;
  private final RangePlan plan;
  private final InputFiles found;
  private final RowType declared;
  private final boolean passOver;

  private JsonLineFiles(
      List<String> patterns, RangePlan plan, InputFiles found, RowType declared, boolean passOver) {
    this.patterns = List.copyOf(patterns);
    this.plan = plan;
    this.found = found;
    this.declared = declared;
    this.passOver = passOver;
  }

  /**
   * Finds the files and learns keys and types from the first thousand lines of them.
   *
   * @param patterns files, globs or directories
   * @param plan how files are cut
   * @param passOver whether keys that were not learnt are passed over
   * @throws BadInputException if a pattern matches nothing, or no line is an object
   */
  public static JsonLineFiles of(List<String> patterns, RangePlan plan, boolean passOver)
      throws IOException {
    InputFiles found = CsvFiles.listed(patterns);
    List<Map<String, FieldType>> sample = new ArrayList<>();
    for (InputFile file : found.files()) {
      if (sample.size() < SAMPLE_ROWS) {
        sample(file, sample);
      }
    }
    Set<String> keys = new LinkedHashSet<>();
    sample.forEach(line -> keys.addAll(line.keySet()));
    List<String> columns = List.copyOf(keys);
    if (columns.isEmpty()) {
      throw new BadInputException("no JSON object in '" + String.join(",", patterns) + "'");
    }
    Map<String, Integer> positions = new HashMap<>();
    columns.forEach(key -> positions.put(key, positions.size()));
    InferredTypes types = new InferredTypes(columns);
    for (Map<String, FieldType> line : sample) {
      line.forEach(
          (key, type) -> {
            if (type != null) {
              types.saw(positions.getOrDefault(key, -1), type);
            }
          });
    }
    return new JsonLineFiles(patterns, plan, found, types.found(), passOver);
  }

  private static void sample(InputFile file, List<Map<String, FieldType>> sample)
      throws IOException {
    OpenText opened = OpenText.of(file, 0, StandardCharsets.UTF_8);
    try (CsvReader lines = lines(opened)) {
      while (sample.size() < SAMPLE_ROWS && lines.offset() < SAMPLE_BYTES && lines.next()) {
        Map<String, FieldType> line = new LinkedHashMap<>();
        if (lines.problem() == null
            && JsonObject.read(
                    lines.fields(), (key, token, text) -> line.put(key, typeOf(token, text)))
                == null) {
          sample.add(line);
        }
      }
    }
  }

  @SuppressWarnings("NullAway") // null for null, of which nothing is learnt
  private static FieldType typeOf(JsonToken token, String text) {
    return switch (token) {
      case VALUE_TRUE, VALUE_FALSE -> FieldType.BOOLEAN;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(text);
      case START_OBJECT, START_ARRAY -> FieldType.JSON;
      case VALUE_NULL -> null;
      default -> FieldType.TEXT;
    };
  }

  private static FieldType number(String text) {
    FieldType type = InferredTypes.typeOf(text);
    return type == FieldType.TEXT ? FieldType.DOUBLE : type;
  }

  static CsvReader lines(OpenText opened) {
    return new CsvReader(opened.text(), LINES, CsvFiles.MAX_RECORD_BYTES, false);
  }

  @Override
  public RowType blockType() {
    return new RowType(
        declared.names().stream().map(name -> new Field(name, FieldType.TEXT)).toList());
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
    return new JsonBlocks(range, opened, lines(opened), blockType(), blockRows, passOver);
  }
}
