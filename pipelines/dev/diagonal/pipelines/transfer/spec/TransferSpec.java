package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.ColumnTypes;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Specifies a transfer.
 *
 * @param from the source
 * @param to the sinks; if there are none, rows are only read and converted
 * @param mapping how rows are converted
 * @param blockRows the number of rows per block
 * @param commitRows the maximum number of rows per transaction
 * @param atOnce whether all tables change in one transaction at the end, or not at all
 * @param ledger how transactions are recorded that must not be repeated
 * @param types the column types that the user has set
 * @param verify whether the targets are read and compared with the rows that were sent
 * @param resume whether an unfinished transfer is resumed
 * @param incremental the column that shows which rows are new since the last transfer, or null
 * @param limit how many records are read, or 0 for all
 */
public record TransferSpec(
    From from,
    List<To> to,
    Mapping mapping,
    int blockRows,
    int commitRows,
    boolean atOnce,
    LedgerSettings ledger,
    ColumnTypes types,
    boolean verify,
    boolean resume,
    @Nullable Incremental incremental,
    long limit) {

  public static final int BLOCK_ROWS = 1_000;
  public static final int COMMIT_ROWS = 50_000;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public TransferSpec {
    to = List.copyOf(to);
    ParallelWrite.check("blockRows", blockRows, 1_000_000);
    ParallelWrite.check("commitRows", commitRows, 1_000_000);
    if (limit < 0) {
      throw new IllegalArgumentException("limit must be 0 or more, got " + limit);
    }
    if (limit > 0 && resume) {
      throw new IllegalArgumentException("a transfer with a limit cannot be resumed: run it again");
    }
    if (limit > 0 && incremental != null) {
      throw new IllegalArgumentException(
          "a transfer with a limit cannot be incremental: the rows after the limit would be missing");
    }
    if (limit > 0 && verify) {
      throw new IllegalArgumentException(
          "a limit cannot be verified: the source would be read again, and may return other rows");
    }
  }

  /** Returns the files of the source, which may be globs or directories; none for a database. */
  public List<String> files() {
    return from instanceof FromFiles input ? input.files() : List.of();
  }

  /** Returns the tables among the sinks. */
  public List<ToJdbc> tables() {
    return to.stream().filter(ToJdbc.class::isInstance).map(ToJdbc.class::cast).toList();
  }

  /**
   * Checks that modes, keys and transactions are consistent, without connecting to a server.
   *
   * @param grouped whether the tables change together with those of a group
   * @throws IllegalArgumentException if they are not
   */
  public void check(boolean grouped) {
    if (resume) {
      checkResume();
    }
    if (incremental != null) {
      checkIncremental();
    }
    for (To each : to) {
      if (each instanceof ToIndex index) {
        // Refuses an invalid URL or name before anything is done.
        Object unused = index.index().at(ServerUrls.TO_COME);
      } else if (each instanceof ToJdbc table) {
        boolean needsKey = table.mode() != Mode.insert && table.mode() != Mode.replace;
        if (needsKey && table.key().isEmpty()) {
          throw new IllegalArgumentException(
              "mode " + table.mode() + " of table " + table.table() + " needs a key");
        }
        boolean together = atOnce || grouped;
        boolean onlyAtOnce = table.mode() == Mode.replace;
        boolean neverAtOnce =
            table.mode() == Mode.ignore
                || table.mode() == Mode.update
                || table.mode() == Mode.delete;
        if ((together && neverAtOnce) || (!together && onlyAtOnce)) {
          throw new IllegalArgumentException(
              "mode %s of table %s needs transaction %s"
                  .formatted(table.mode(), table.table(), together ? "each" : "all"));
        }
      }
    }
  }

  private void checkResume() {
    if (from instanceof FromJdbc) {
      if (!atOnce) {
        checkResumeOfTable();
      }
    } else if (to.stream().allMatch(ToIndex.class::isInstance)) {
      throw new IllegalArgumentException(
          "--resume is for tables and files, not for indices: the same command writes each document once");
    }
  }

  private void checkResumeOfTable() {
    String rest =
        "; other transfers from a database cannot be resumed, as its rows may have changed: start without --resume, or with --transaction=all, with which an interrupted run changes nothing";
    if (to.size() != 1 || tables().size() != 1 || tables().get(0).mode() != Mode.upsert) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: needs one table as the target, and --key for an upsert"
              + rest);
    }
    String range = rangeKey();
    if (range == null || !tables().get(0).key().contains(range)) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: needs a --rangeKey that is a column of --key, got %s: a row whose range key changes could be missed"
              .formatted(range));
    }
    if (!mapping.columns().isEmpty() || mapping.function() != null) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: cannot be combined with columns or a function of --mapping"
              + rest);
    }
    if (verify) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: cannot be combined with --verify: the rows are not of one moment");
    }
  }

  private void checkIncremental() {
    if (!(from instanceof FromJdbc jdbc)
        || !jdbc.database().at(ServerUrls.TO_COME).url().startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("--incrementalColumn needs --from=jdbc: of PostgreSQL");
    } else if (to.size() != 1 || tables().size() != 1 || tables().get(0).mode() != Mode.upsert) {
      throw new IllegalArgumentException(
          "--incrementalColumn needs one table as the target, and --key for an upsert: a row that has changed is read again");
    } else if (resume) {
      throw new IllegalArgumentException(
          "--incrementalColumn cannot be combined with --resume: after an interruption, the same command reads from the last high-water mark");
    }
  }

  /**
   * Returns the column whose ranges of a database are read, or null. A transfer that can be resumed
   * has one: the first column of the key unless another is set.
   */
  public @Nullable String rangeKey() {
    if (!(from instanceof FromJdbc jdbc)) {
      return null;
    }
    boolean isKey = resume && !atOnce && jdbc.rangeKey() == null && !tables().isEmpty();
    return isKey && !tables().get(0).key().isEmpty()
        ? tables().get(0).key().get(0)
        : jdbc.rangeKey();
  }

  /** A database, which may not be started yet. */
  @FunctionalInterface
  public interface Database {
    JdbcTarget at(ServerUrls servers);
  }

  /** An index, whose server may not be started yet. */
  @FunctionalInterface
  public interface Index {
    ElasticsearchTarget at(ServerUrls servers);
  }

  /** The source of rows. */
  public sealed interface From permits FromFiles, FromJdbc {}

  /** Files, globs or directories. */
  public sealed interface FromFiles extends From permits FromCsv, FromJsonLines, FromParquet {
    List<String> files();

    /** Returns the kind of the files, for messages. */
    String kind();
  }

  public record FromCsv(List<String> files, CsvFormat format) implements FromFiles {
    @Override
    public String kind() {
      return "CSV";
    }
  }

  public record FromJsonLines(List<String> files) implements FromFiles {
    @Override
    public String kind() {
      return "JSON lines";
    }
  }

  public record FromParquet(List<String> files) implements FromFiles {
    @Override
    public String kind() {
      return "Parquet";
    }
  }

  /**
   * A table or a query.
   *
   * @param table its name, or null if there is a query
   * @param rangeKey the column whose ranges are read, or null
   * @param oneSnapshot whether all of it is read from one snapshot, if the database supports that
   */
  public record FromJdbc(
      Database database,
      @Nullable String table,
      @Nullable String query,
      @Nullable String rangeKey,
      boolean oneSnapshot)
      implements From {}

  /**
   * How only new rows are read.
   *
   * @param column the column of the source whose values grow
   * @param overlap how far below the mark rows are read again, or null for the default
   */
  public record Incremental(String column, @Nullable String overlap) {}

  /** A target of rows. */
  public sealed interface To permits ToFile, ToJdbc, ToIndex {}

  /** One file. */
  public sealed interface ToFile extends To permits ToCsv, ToJsonLines, ToParquet {
    String path();

    /** Returns the kind of the file, for messages. */
    String kind();
  }

  public record ToCsv(String path, CsvFormat format) implements ToFile {
    @Override
    public String kind() {
      return "CSV";
    }
  }

  public record ToJsonLines(String path) implements ToFile {
    @Override
    public String kind() {
      return "JSON lines";
    }
  }

  public record ToParquet(String path) implements ToFile {
    @Override
    public String kind() {
      return "Parquet";
    }
  }

  public record ToJdbc(Database database, String table, List<String> key, Mode mode)
      implements To {}

  /**
   * An index.
   *
   * @param pipeline the ingest pipeline, or null for the one that the index names
   */
  public record ToIndex(Index index, DocumentColumns columns, @Nullable String pipeline)
      implements To {}
}
