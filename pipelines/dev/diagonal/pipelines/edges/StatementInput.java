package dev.diagonal.pipelines.edges;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.internal.transfer.mapping.ColumnTypes;
import dev.diagonal.internal.transfer.parquet.ParquetFiles;
import dev.diagonal.internal.transfer.parquet.ParquetJars;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.JdbcStandardRows;
import dev.diagonal.internal.transfer.source.JsonLineFiles;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.plan.MappingFile;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.Mapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The input of a statement: files of one kind, or a query. */
final class StatementInput {

  private static final Set<String> JSON_ENDINGS = Set.of("jsonl", "ndjson", "json");

  private static final Set<String> COMPRESSED = Set.of("gz", "bz2", "zst");

  private final LoadEdgesOptions options;
  private final String option;
  private final @Nullable List<String> patterns;
  private final String kind;
  private final @Nullable InputFiles files;

  private StatementInput(LoadEdgesOptions options, String option, @Nullable List<String> patterns) {
    this.options = options;
    this.option = option;
    this.patterns = patterns;
    try {
      this.files = patterns == null ? null : InputFiles.matching(patterns);
    } catch (BadInputException e) {
      throw new UsageException("--" + option + ": " + e.getMessage(), e);
    }
    this.kind = files == null ? "query" : kindOf(option, files);
    if (kind.equals("parquet")) {
      ParquetJars.require();
    }
  }

  /**
   * @throws UsageException if an option is invalid
   */
  static StatementInput edges(LoadEdgesOptions options) {
    if ((options.getInput() == null) == (options.getInputQuery() == null)) {
      throw new UsageException("use either --input or --inputQuery");
    }
    return new StatementInput(options, "input", options.getInput());
  }

  /**
   * @throws UsageException if an option is invalid
   */
  static @Nullable StatementInput nodes(LoadEdgesOptions options) {
    if ((options.getNodesStatement() == null) != (options.getNodesInput() == null)) {
      throw new UsageException("set both --nodesStatement and --nodesInput, or neither");
    }
    return options.getNodesInput() == null
        ? null
        : new StatementInput(options, "nodesInput", options.getNodesInput());
  }

  private static String kindOf(String option, InputFiles files) {
    Set<String> kinds =
        files.files().stream().map(StatementInput::kindOf).collect(Collectors.toSet());
    if (kinds.size() > 1) {
      throw new UsageException(
          "--%s: the files are of several kinds (%s): load each kind separately"
              .formatted(option, kinds.stream().sorted().collect(Collectors.joining(", "))));
    }
    return kinds.iterator().next();
  }

  private static String kindOf(InputFile file) {
    String[] parts = file.name().toLowerCase(Locale.ROOT).split("\\.", -1);
    int last = parts.length - 1;
    last -= last > 0 && COMPRESSED.contains(parts[last]) ? 1 : 0;
    return JSON_ENDINGS.contains(parts[last])
        ? "jsonl"
        : parts[last].equals("parquet") ? "parquet" : "csv";
  }

  /** Returns how many bytes will be read, or 0 if that is unknown. */
  long bytes() {
    return files == null ? 0 : files.totalBytes();
  }

  /** Returns the line for a dry run. */
  String describe() {
    return files == null
        ? "the rows of a query"
        : String.format(
            Locale.ROOT, "%,d file(s), %,.1f MB", files.files().size(), files.totalBytes() / 1e6);
  }

  /** Returns the files; null if the rows are those of a query. */
  @Nullable InputFiles files() {
    return files;
  }

  @Nullable List<String> patterns() {
    return patterns;
  }

  /**
   * Detects columns and types, and returns the rows.
   *
   * @param database where a query runs unless it has its own database
   */
  ValueRows open(JdbcTarget database) throws Exception {
    BlockSource source = source(database);
    boolean edges = option.equals("input");
    Mapping mapping =
        edges && options.getMapping() != null
            ? MappingFile.read(Path.of(options.getMapping()))
            : Mapping.NONE;
    String types = edges ? options.getTypes() : null;
    try {
      if (types != null) {
        if (source.guesses() == null) {
          throw new UsageException("--types needs CSV or JSON lines");
        }
        mapping = ColumnTypes.of(types).in(mapping, source.declared());
      }
      return ValueRows.of(source, mapping, files != null);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--%s: %s".formatted(option, e.getMessage()), e);
    }
  }

  private BlockSource source(JdbcTarget database) throws Exception {
    RangePlan plan = RangePlan.DEFAULT.forReaders(Runners.readers(options));
    List<String> all = patterns == null ? List.of() : patterns;
    return switch (kind) {
      case "query" -> {
        String text = String.valueOf(options.getInputQuery());
        boolean lists = Neo4jDrivers.accepts(database.url());
        JdbcTarget queried = queried(database);
        yield query(queried, lists ? QueryLists.of(queried, text) : text);
      }
      case "jsonl" -> JsonLineFiles.of(all, plan, false);
      case "parquet" -> ParquetFiles.of(all, plan, Mapping.NONE);
      default -> CsvFiles.of(all, format(), plan);
    };
  }

  private static BlockSource query(JdbcTarget database, String query) throws Exception {
    return DatabaseKind.of(database.url()) == DatabaseKind.POSTGRES
        ? JdbcRows.ofQuery(database, query, null, 1, null)
        : JdbcStandardRows.ofQuery(database, query, null, 1);
  }

  private JdbcTarget queried(JdbcTarget database) {
    return options.getInputJdbcUrl() == null ? database : Sinks.inputJdbc(options);
  }

  private CsvFormat format() {
    if (options.getDelimiter().equals("blanks")) {
      throw new UsageException("--delimiter=blanks cannot be combined with --statement");
    }
    CsvDialect dialect =
        new CsvDialect(
            CsvInputOptions.delimiter(options.getDelimiter()),
            '"',
            CsvDialect.NONE,
            false,
            false,
            CsvInputOptions.skipped(options));
    return new CsvFormat(dialect, options.getHeader(), List.of(), "UTF-8", null);
  }
}
