package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.jdbc.snapshot.ColumnOverlap;
import dev.diagonal.internal.transfer.mapping.ColumnTypes;
import dev.diagonal.internal.transfer.parquet.ParquetJars;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.plan.MappingFile;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.Database;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.From;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromParquet;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.Incremental;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.Index;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToParquet;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the specification of one transfer from the options of its command. */
public final class OptionsSpec {

  /** The URL of a database or search engine that the command starts itself. */
  public static final String EMBEDDED = "embedded";

  /** The kinds of {@code --to}. */
  public static final List<String> SINKS = filesOr("jdbc", "elasticsearch");

  private static final List<String> SOURCES = filesOr("jdbc");

  private OptionsSpec() {}

  private static List<String> filesOr(String... others) {
    return Stream.concat(JobFiles.KINDS.stream(), Stream.of(others)).toList();
  }

  /**
   * Returns what the options specify.
   *
   * @throws UsageException if they contradict each other
   */
  public static TransferSpec of(TransferOptions options) {
    if (options.getFrom() == null || options.getTo() == null) {
      throw new UsageException("set --from and --to, or --plan");
    }
    if (options.getFromTask() != null) {
      throw new UsageException("--fromTask needs --plan");
    }
    TransferEnd from = TransferEnd.of("from", options.getFrom(), SOURCES);
    List<TransferEnd> to = new ArrayList<>();
    for (String each : options.getTo()) {
      to.add(TransferEnd.of("to", each, SINKS));
    }
    to.stream()
        .filter(end -> end.kind().equals("jdbc"))
        .forEach(end -> Sinks.checkTable("to", end.place()));
    boolean reads = from.kind().equals("jdbc") && options.getInputJdbcUrl() == null;
    boolean jdbc = reads || to.stream().anyMatch(e -> e.kind().equals("jdbc"));
    boolean search = to.stream().anyMatch(end -> end.kind().equals("elasticsearch"));
    boolean writesTables = to.stream().anyMatch(end -> end.kind().equals("jdbc"));
    SinkPlace database = place("jdbcUrl", options.getJdbcUrl(), jdbc);
    SinkPlace index = place("elasticsearchUrl", options.getElasticsearchUrl(), search);
    Mistakes mistakes = new Mistakes();
    if (!writesTables) {
      mistakes.attempt(() -> refuse("mode", options.getMode(), "--to=jdbc:TABLE"));
      boolean after = options.getIndexes() == TransferOptions.Indexes.after;
      mistakes.attempt(() -> refuse("indexes", after ? "after" : null, "--to=jdbc:TABLE"));
      if (!search) {
        mistakes.attempt(
            () -> refuse("key", options.getKey(), "--to=jdbc:TABLE or --to=elasticsearch:INDEX"));
      }
    }
    if (!from.kind().equals("jdbc")) {
      mistakes.attempt(
          () -> refuse("inputJdbcUrl", options.getInputJdbcUrl(), "--from=jdbc:TABLE"));
    }
    if (!jdbc) {
      mistakes.attempt(() -> refuse("jdbcUrl", options.getJdbcUrl(), "jdbc: in --from or --to"));
    }
    if (!search) {
      mistakes.attempt(
          () ->
              refuse(
                  "elasticsearchUrl", options.getElasticsearchUrl(), "--to=elasticsearch:INDEX"));
      mistakes.attempt(
          () -> refuse("versionColumn", options.getVersionColumn(), "--to=elasticsearch:INDEX"));
      mistakes.attempt(() -> refuse("routing", options.getRouting(), "--to=elasticsearch:INDEX"));
      mistakes.attempt(
          () -> refuse("textFields", options.getTextFields(), "--to=elasticsearch:INDEX"));
      mistakes.attempt(() -> refuse("pipeline", options.getPipeline(), "--to=elasticsearch:INDEX"));
    }
    mistakes.throwIfAny();
    CsvFormat input = OptionsFormats.input(options);
    CsvFormat output = OptionsFormats.output(options);
    Database jdbcTarget = servers -> Sinks.jdbc(database, options, servers);
    List<To> sinks = new ArrayList<>();
    for (TransferEnd end : to) {
      Index indexTarget = servers -> Sinks.elasticsearch(index, end.place(), options, servers);
      sinks.add(to(end, output, jdbcTarget, indexTarget, options));
    }
    return new TransferSpec(
        from(from, input, jdbcSource(options, jdbcTarget), options),
        sinks,
        mapping(options),
        options.getBlockRows(),
        options.getCommitRows(),
        options.getTransaction() == TransferOptions.Transaction.all,
        ledger(options),
        types(options),
        options.getVerify(),
        options.getResume(),
        incremental(options.getIncrementalColumn(), options.getIncrementalOverlap()),
        options.getLimit());
  }

  /**
   * Returns how only new rows are read, or null for all rows.
   *
   * @throws UsageException if the overlap is not valid
   */
  static @Nullable Incremental incremental(@Nullable String column, @Nullable String overlap) {
    if (overlap != null) {
      try {
        ColumnOverlap unused = ColumnOverlap.of(overlap);
      } catch (IllegalArgumentException e) {
        throw new UsageException("--incrementalOverlap: " + e.getMessage(), e);
      }
    }
    return column == null ? null : new Incremental(column, overlap);
  }

  /**
   * Returns the running database that is read.
   *
   * @throws UsageException if none is named
   */
  public static JdbcTarget source(TransferOptions options) {
    String url = options.getJdbcUrl();
    if (EMBEDDED.equals(url)) {
      throw new UsageException(
          "--jdbcUrl=embedded cannot be combined with --from=%s".formatted(options.getFrom()));
    }
    return options.getInputJdbcUrl() == null
        ? Sinks.jdbc(place("jdbcUrl", url, true), options, ServerUrls.TO_COME)
        : Sinks.inputJdbc(options);
  }

  /** Returns the database that is read. */
  private static Database jdbcSource(TransferOptions options, Database target) {
    if (options.getInputJdbcUrl() == null) {
      return target;
    }
    JdbcTarget input = Sinks.inputJdbc(options);
    return servers -> input;
  }

  private static void refuse(String option, @Nullable Object value, String end) {
    if (value != null) {
      throw new UsageException(
          "--%s has no effect without %s: add that, or remove this option".formatted(option, end));
    }
  }

  private static ColumnTypes types(TransferOptions options) {
    String types = options.getTypes();
    if (types == null) {
      return ColumnTypes.GUESSED;
    }
    try {
      return ColumnTypes.of(types);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--types: " + e.getMessage(), e);
    }
  }

  private static LedgerSettings ledger(TransferOptions options) {
    LedgerSettings settings =
        LedgerSettings.defaults().withSchema(InternalSchemaOptions.schemaOf(options).name());
    return options.getSynchronousCommit() ? settings : settings.withoutSynchronousCommit();
  }

  private static SinkPlace place(String option, @Nullable String url, boolean used) {
    if (used && (url == null || url.equals("none"))) {
      throw new UsageException("set --" + option);
    }
    return used ? SinkPlace.of(url, url) : SinkPlace.of("none", url);
  }

  private static Mapping mapping(TransferOptions options) {
    String file = options.getMapping();
    return file == null ? Mapping.NONE : MappingFile.read(Path.of(file));
  }

  private static From from(
      TransferEnd end, CsvFormat format, Database database, TransferOptions options) {
    boolean query = options.getQuery() != null;
    if (end.kind().equals("jdbc")) {
      if (query != end.place().isEmpty()) {
        throw new UsageException("--from=jdbc: needs a table or --query");
      }
      return new FromJdbc(
          database,
          query ? null : end.place(),
          options.getQuery(),
          options.getRangeKey(),
          options.getSnapshot() == TransferOptions.Snapshot.one);
    }
    if (query || options.getRangeKey() != null) {
      throw new UsageException("--query and --rangeKey need --from=jdbc:");
    }
    List<String> files = List.of(end.place().split(","));
    try {
      InputFiles unused = InputFiles.matching(files);
    } catch (BadInputException e) {
      throw new UsageException("--from: " + e.getMessage(), e);
    }
    return switch (end.kind()) {
      case "csv" -> new FromCsv(files, format);
      case "jsonl" -> new FromJsonLines(files);
      default -> {
        ParquetJars.require();
        yield new FromParquet(files);
      }
    };
  }

  private static To to(
      TransferEnd end, CsvFormat format, Database database, Index index, TransferOptions options) {
    List<String> key = options.getKey() == null ? List.of() : options.getKey();
    if (end.place().isEmpty()) {
      throw new UsageException("--to=" + end.kind() + ": the name is missing");
    }
    switch (end.kind()) {
      case "jdbc" -> {
        Mode mode = options.getMode();
        Mode usual = key.isEmpty() ? Mode.insert : Mode.upsert;
        return new ToJdbc(
            database,
            end.place(),
            key,
            mode == null ? usual : mode,
            options.getIndexes() == TransferOptions.Indexes.after);
      }
      case "elasticsearch" -> {
        if (key.isEmpty()) {
          throw new UsageException("--to=elasticsearch: needs --key, from which the ids are built");
        }
        List<String> text = options.getTextFields();
        return new ToIndex(
            index,
            DocumentColumns.ofKey(key)
                .withVersion(options.getVersionColumn())
                .withRouting(options.getRouting())
                .withText(text == null ? List.of() : text),
            options.getPipeline());
      }
      case "parquet" -> {
        ParquetJars.require();
        return new ToParquet(end.place());
      }
      default -> {
        return end.kind().equals("csv")
            ? new ToCsv(end.place(), format)
            : new ToJsonLines(end.place());
      }
    }
  }
}
