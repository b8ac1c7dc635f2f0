package dev.diagonal.pipelines.edges;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.edges.EdgeFormat;
import dev.diagonal.internal.edges.EdgeLines;
import dev.diagonal.internal.edges.EdgeQuery;
import dev.diagonal.internal.edges.QueryRows;
import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.HeaderCheck;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.StreamingOptions;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/** The input of {@link LoadEdges}: files, a watched directory, or a query. */
final class EdgeInput {

  /** The assumed size of a line of an edge list. */
  private static final int LINE_BYTES = 20;

  private static final int COMPRESSED_LINE_BYTES = 7;

  /** Assumed for a query or a watched directory: enough rows for any table size. */
  private static final long MANY_ROWS = 100_000_000;

  private final LoadEdgesOptions options;
  private final SkippedLines skipped;
  private EdgeFormat format;

  private final @Nullable String headerRemark;

  /** Null for a query. */
  private final @Nullable InputFiles files;

  private final ReadLines.@Nullable Source source;

  private EdgeInput(LoadEdgesOptions options, @Nullable InputFiles files) {
    this.options = options;
    this.skipped = CsvInputOptions.skipped(options);
    FirstLines first =
        files == null ? FirstLines.NONE : FirstLines.of(files, ParquetInput.FORMAT, skipped);
    EdgeFormat given = FormatOptions.format(options);
    if (!first.lines().isEmpty() && files != null) {
      check(options, given, first, files.files().get(0).name());
    }
    if (given.header() && isStreaming(options) && first.lines().isEmpty()) {
      HeaderCheck.refusePositions(
          given.source(), given.target(), String.valueOf(options.getIdColumn()));
    }
    this.format = given.named(first);
    this.headerRemark = files == null ? null : headerRemark(format, first);
    this.files = files;
    List<String> patterns = options.getInput();
    this.source = patterns == null ? null : sourceOf(options, patterns);
  }

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  static EdgeInput of(LoadEdgesOptions options) {
    List<String> patterns = options.getInput();
    if ((patterns == null) == (options.getInputQuery() == null)) {
      throw new IllegalArgumentException("use either --input or --inputQuery");
    }
    if (options.getInputQuery() != null) {
      RunOptions.refuseLimit(options, "write the LIMIT into --inputQuery");
    }
    if (isStreaming(options)) {
      RunOptions.refuseLimit(options, "--streaming reads files that do not exist yet");
      checkStreaming(options);
      RunnerDefaults.setStreaming(options, options.getEndAfterIdleSeconds() > 0);
    }
    if (options.getInputQuery() != null && options.getIdColumn() == null) {
      throw new IllegalArgumentException(
          "--inputQuery needs --idColumn: a row of a query has no place that identifies it");
    }
    try {
      return new EdgeInput(options, patterns == null ? null : found(options, patterns));
    } catch (BadInputException e) {
      throw new UsageException("--input: " + e.getMessage(), e);
    }
  }

  /**
   * @throws UsageException if columns or delimiter do not fit the first line
   */
  private static void check(
      LoadEdgesOptions options, EdgeFormat format, FirstLines first, String file) {
    List<String> further = format.columnNames();
    for (String column : further) {
      if (further.indexOf(column) != further.lastIndexOf(column)) {
        throw new UsageException("--edgeColumns names '%s' twice".formatted(column));
      }
    }
    Mistakes mistakes = new Mistakes();
    HeaderCheck header =
        new HeaderCheck(file, first, format.header(), format.delimiter(), mistakes);
    if (header.delimiter()) {
      header.column("sourceColumn", format.source());
      header.column("targetColumn", format.target());
      String id = options.getIdColumn();
      if (id != null) {
        header.column("idColumn", id);
      }
      String component = options.getComponentColumn();
      for (String column : further) {
        String option = column.equals(component) ? "componentColumn" : "edgeColumns";
        header.column(option, column);
        header.length(option, column);
      }
      if (!format.textIds() && options.getBadRecords() == null) {
        header
            .text(format.source())
            .or(() -> header.text(format.target()))
            .ifPresent(
                text ->
                    mistakes.add(
                        "--idType: the id '%s' in %s is not a whole number; for ids that are text use --idType=text"
                            .formatted(text, file)));
      }
    }
    mistakes.throwIfAny();
  }

  /** Names that are common in headers of edge lists and rare as nodes. */
  private static final Set<String> HEADER_NAMES =
      Set.of("source", "target", "from", "to", "src", "dst", "start", "end", "id1", "id2");

  private static @Nullable String headerRemark(EdgeFormat format, FirstLines first) {
    String remark = format.headerRemark(first);
    List<String> lines = first.lines();
    if (remark != null || format.header() || lines.isEmpty()) {
      return remark;
    }
    String line = lines.get(0).toLowerCase(Locale.ROOT);
    List<String> names = List.of(line.split("[" + Pattern.quote(format.delimiter()) + " \t]+"));
    return names.size() > 1 && HEADER_NAMES.containsAll(names.subList(0, 2))
        ? "the first line, '%s', looks like a header and was read as an edge: --header=true reads it as a header"
            .formatted(lines.get(0))
        : null;
  }

  /** A watched directory may be empty at first. */
  private static InputFiles found(LoadEdgesOptions options, List<String> files) {
    return ParquetInput.checked(
        isStreaming(options) ? InputFiles.matchingIfAny(files) : InputFiles.matching(files));
  }

  /** Returns whether the job waits for new files. */
  private static boolean isStreaming(LoadEdgesOptions options) {
    return options.as(StreamingOptions.class).isStreaming();
  }

  private static void checkStreaming(LoadEdgesOptions options) {
    ParallelWrite.check("pollSeconds", options.getPollSeconds(), 1_000_000);
    if (options.getEndAfterIdleSeconds() < 0) {
      throw new IllegalArgumentException(
          "--endAfterIdleSeconds must be 0 or more, got " + options.getEndAfterIdleSeconds());
    }
    if (options.getInput() == null) {
      throw new IllegalArgumentException("--streaming needs --input: a query has an end");
    }
  }

  EdgeFormat format() {
    return format;
  }

  /** Sets the types of untyped columns to those of a table's columns of the same names. */
  void setTypesOf(Map<String, NamedType> table) {
    format = format.withTypesOf(table);
  }

  /** Returns remarks on the input, one line each. */
  List<String> remarks() {
    return headerRemark == null ? List.of() : List.of(headerRemark);
  }

  /** Returns the line for a dry run. */
  String describe() {
    if (files == null) {
      return "reads:   the rows of a query";
    }
    String there = "reads:   " + files.describe();
    return isEndless()
        ? "%s, and new files, every %s s".formatted(there, options.getPollSeconds())
        : there;
  }

  boolean isEndless() {
    return isStreaming(options);
  }

  /** Ends the watch of a pipeline in this process. */
  void end() {
    if (source != null && isEndless()) {
      source.endWatch();
    }
  }

  /** Returns how many bytes will be read, or 0 if that is unknown. */
  long bytes() {
    return files == null ? 0 : files.totalBytes();
  }

  /** Returns the approximate number of rows. */
  long rows() {
    return files == null || files.hasPipes() || isEndless()
        ? MANY_ROWS
        : ParallelWrite.lines(files, LINE_BYTES, COMPRESSED_LINE_BYTES);
  }

  /** Returns the files, or null for a query. */
  @Nullable InputFiles files() {
    return files;
  }

  /** Returns the files whose edges are identified by their places, or null if edges have ids. */
  @Nullable InputFiles filesOfPlaces() {
    return format.idKind() == IdKind.PLACE ? files : null;
  }

  /**
   * Returns the write with this input; a query runs in the database.
   *
   * @param pieces how files are cut into the pieces that edges name, or null for no pieces
   */
  PTransform<PBegin, PCollection<BatchWritten>> into(
      WriteConflictFree<Edge> write,
      JdbcTarget database,
      @Nullable PieceCuts pieces,
      @Nullable ErrorHandler<BadRecord, ?> handler) {
    String query = options.getInputQuery();
    if (query != null) {
      return write.from(
          Create.of(query), new QueryRows<>(database, EdgeQuery.reader(format)), Edge.coder());
    }
    ReadLines<Edge> blocks =
        Objects.requireNonNull(source)
            .into(PiecedLines.of(EdgeLines.of(format), pieces), Edge.coder())
            .withHeader(format.header())
            .withSkipped(skipped)
            .withRecords(ParquetInput.FORMAT)
            .withLimit(RunOptions.limitOf(options))
            .withRanges(RangePlan.DEFAULT.forReaders(Runners.readers(options)))
            .withMaxBadRecords(options.getMaxBadRecords());
    return write.from(blocks.withBadRecordErrorHandler(handler));
  }

  private static ReadLines.Source sourceOf(LoadEdgesOptions options, List<String> patterns) {
    ReadLines.Source source = ReadLines.from(patterns);
    if (!isStreaming(options)) {
      return source;
    }
    int idleSeconds = options.getEndAfterIdleSeconds();
    ReadLines.Source watched = source.watching(Duration.standardSeconds(options.getPollSeconds()));
    return idleSeconds == 0 ? watched : watched.endingAfter(Duration.standardSeconds(idleSeconds));
  }
}
