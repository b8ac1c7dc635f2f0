package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.transfer.mapping.ColumnTypes;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
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
    new ResumeCheck(this).run(grouped);
    new TargetsCheck(this).run(grouped);
  }

  /**
   * Refuses databases that only this machine can open.
   *
   * @throws IllegalArgumentException if there is one
   */
  public void checkRemote() {
    List<Database> databases = new ArrayList<>(tables().stream().map(ToJdbc::database).toList());
    if (from instanceof FromJdbc jdbc) {
      databases.add(jdbc.database());
    }
    for (Database each : databases) {
      JdbcTarget database = each.at(ServerUrls.TO_COME);
      if (TargetTable.isLocal(database)) {
        throw new IllegalArgumentException(
            "%s is a file of this machine, and the workers of a cluster run on others: use the DirectRunner, or --flinkMaster=[local]"
                .formatted(database));
      }
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

  /**
   * A table.
   *
   * @param keyAfter whether it gets its primary key after its rows, if the transfer creates it
   */
  public record ToJdbc(
      Database database, String table, List<String> key, Mode mode, boolean keyAfter)
      implements To {}

  /**
   * An index.
   *
   * @param pipeline the ingest pipeline, or null for the one that the index names
   */
  public record ToIndex(Index index, DocumentColumns columns, @Nullable String pipeline)
      implements To {}
}
