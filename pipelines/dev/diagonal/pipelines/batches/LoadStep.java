package dev.diagonal.pipelines.batches;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.jdbc.relationships.LoadedFiles;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jobs.LoadRatings;
import dev.diagonal.internal.jobs.schema.JobSchema;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.FileChangeOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.ratings.data.RatingFormat;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/**
 * Loads the ratings of files into the table, in a separate pipeline: they must be loaded before
 * they are planned.
 *
 * @param options the options of the command
 * @param skipped which lines of the files are not records
 * @param database the database, reachable
 * @param tables the tables, which exist
 */
record LoadStep(
    RatingBatchesOptions options, SkippedLines skipped, JdbcTarget database, JobTables tables) {

  /**
   * What was loaded.
   *
   * @param line the line of the summary
   * @param badLines the number of lines that became dead letters
   */
  record Loaded(String line, long badLines) {}

  /** Loads the ratings of files that have been checked. */
  Loaded run(InputFiles files, RatingFormat format) throws Exception {
    Pipeline pipeline = Pipeline.create(options);
    LoadRatings load = loading(files, format);
    PCollection<Written> unused =
        DeadLetters.of(options)
            .collect(
                pipeline,
                new ArrayList<>(),
                handler ->
                    pipeline.apply(
                        "Load",
                        handler == null
                            ? load
                            : load.withBadRecordErrorHandler(handler, options.getMaxBadRecords())));
    Runners.Read read = Runners.runToItsEnd(pipeline);
    long badLines = read.badRecords();
    StringBuilder loaded = new StringBuilder();
    loaded.append(String.format(Locale.ROOT, "loaded:  %,d ratings read", read.rows()));
    loaded.append(String.format(Locale.ROOT, ", %,d new", read.counted(Counted.ROWS_NEW)));
    append(loaded, "existed", read.counted(Counted.ROWS_UNCHANGED));
    append(
        loaded,
        "replaced by others of the same user and movie",
        read.counted(Counted.ROWS_REPLACED));
    append(loaded, "bad records", badLines);
    return new Loaded(loaded.toString(), badLines);
  }

  /** Compares files with those that were loaded before, and changes nothing. */
  String look(InputFiles files) throws SQLException, InterruptedException {
    return loadedFiles(filesOfRatings()).look(files);
  }

  private FilesOfRows<Piece> filesOfRatings() {
    return new FilesOfRows<>(
        InternalSchemaOptions.schemaOf(options).name(), piece -> piece, FileChangeOptions.ADVICE);
  }

  private LoadedFiles loadedFiles(FilesOfRows<Piece> filesOfRatings) {
    return new LoadedFiles(
        database, filesOfRatings, JobSchema.ratingsByPlace(tables), options.getAppendOnly());
  }

  /**
   * Returns the first ratings of the input.
   *
   * @throws dev.diagonal.fault.BadInputException if they cannot be read
   */
  static List<List<String>> firstRecords(
      RatingBatchesOptions options, InputFiles files, RatingFormat format) {
    return CsvInputOptions.firstRecords(options, format.header())
        .results(
            files,
            LoadRatings.reader(format),
            options.getBadRecords() != null,
            ShownRows.MOST,
            false);
  }

  private LoadRatings loading(InputFiles files, RatingFormat format) throws Exception {
    FilesOfRows<Piece> filesOfRatings = filesOfRatings();
    PieceCuts cuts = loadedFiles(filesOfRatings).compare(files);
    LoadRatings load =
        LoadRatings.from(Objects.requireNonNull(options.getInput()), format, database, tables)
            .withSkipped(skipped)
            .withRecords(ParquetInput.FORMAT)
            .withLimit(RunOptions.limitOf(options))
            .withRanges(RangePlan.DEFAULT.forReaders(Runners.readers(options)));
    LoadRatings kept = options.getOnePerUserAndMovie() ? load.onePerUserAndMovie() : load;
    return cuts == null ? kept : kept.withFiles(filesOfRatings, cuts);
  }

  private static void append(StringBuilder line, String what, long count) {
    if (count > 0) {
      line.append(String.format(Locale.ROOT, ", %,d %s", count, what));
    }
  }
}
