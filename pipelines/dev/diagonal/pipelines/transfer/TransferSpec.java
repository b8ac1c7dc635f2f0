package dev.diagonal.pipelines.transfer;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.pipelines.options.ParallelWrite;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.TransferOptions.Mode;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.ColumnTypes;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is transferred from where to where.
 *
 * @param from the source
 * @param to the sinks; there may be none, then rows are read and converted only
 * @param mapping what becomes of rows on their way
 * @param blockRows how many rows travel together
 * @param commitRows how many rows a transaction has at most
 * @param atOnce whether tables change in one transaction in the end, or not at all
 * @param ledger how transactions are recorded that must not be repeated
 * @param types types of the source's columns that the user names
 * @param verify whether the targets are read and compared at the end
 */
record TransferSpec(
    From from,
    List<To> to,
    Mapping mapping,
    int blockRows,
    int commitRows,
    boolean atOnce,
    LedgerSettings ledger,
    ColumnTypes types,
    boolean verify) {

  static final int BLOCK_ROWS = 1_000;
  static final int COMMIT_ROWS = 50_000;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  TransferSpec {
    to = List.copyOf(to);
    ParallelWrite.check("blockRows", blockRows, 1_000_000);
    ParallelWrite.check("commitRows", commitRows, 1_000_000);
  }

  /** Returns the tables among the sinks. */
  List<ToJdbc> tables() {
    return to.stream().filter(ToJdbc.class::isInstance).map(ToJdbc.class::cast).toList();
  }

  /**
   * Checks that modes, keys and transactions fit together, without asking a server.
   *
   * @param grouped whether the tables change with those of a group
   * @throws IllegalArgumentException if they do not
   */
  void check(boolean grouped) {
    if (atOnce) {
      new TablesAtOnce().check(tables());
    }
    for (To each : to) {
      if (each instanceof ToIndex index) {
        // Refuses a URL or a name that does not fit before anything is done.
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
              "mode %s of table %s goes with transaction %s"
                  .formatted(table.mode(), table.table(), together ? "each" : "all"));
        }
      }
    }
  }

  /** A database, which may be one that is yet to start. */
  @FunctionalInterface
  interface Database {
    JdbcTarget at(ServerUrls servers);
  }

  /** An index, which may be on a server that is yet to start. */
  @FunctionalInterface
  interface Index {
    ElasticsearchTarget at(ServerUrls servers);
  }

  /** Where rows come from. */
  sealed interface From permits FromFiles, FromJdbc {}

  /** Files, globs or directories. */
  sealed interface FromFiles extends From permits FromCsv, FromJsonLines, FromParquet {
    List<String> files();

    /** Returns what the files are, for a person. */
    String kind();
  }

  record FromCsv(List<String> files, CsvFormat format) implements FromFiles {
    @Override
    public String kind() {
      return "CSV";
    }
  }

  record FromJsonLines(List<String> files) implements FromFiles {
    @Override
    public String kind() {
      return "JSON lines";
    }
  }

  record FromParquet(List<String> files) implements FromFiles {
    @Override
    public String kind() {
      return "Parquet";
    }
  }

  /**
   * @param table its name, or null if there is a query
   * @param rangeKey the column to read ranges of, or null
   * @param oneSnapshot whether all of it is read at one moment, where the database can do that
   */
  record FromJdbc(
      Database database,
      @Nullable String table,
      @Nullable String query,
      @Nullable String rangeKey,
      boolean oneSnapshot)
      implements From {}

  /** Where rows go. */
  sealed interface To permits ToFile, ToJdbc, ToIndex {}

  /** One file. */
  sealed interface ToFile extends To permits ToCsv, ToJsonLines, ToParquet {
    String path();

    /** Returns what the file is, for a person. */
    String kind();
  }

  record ToCsv(String path, CsvFormat format) implements ToFile {
    @Override
    public String kind() {
      return "CSV";
    }
  }

  record ToJsonLines(String path) implements ToFile {
    @Override
    public String kind() {
      return "JSON lines";
    }
  }

  record ToParquet(String path) implements ToFile {
    @Override
    public String kind() {
      return "Parquet";
    }
  }

  record ToJdbc(Database database, String table, List<String> key, Mode mode) implements To {}

  /**
   * @param pipeline the ingest pipeline, or null for the one that the index names
   */
  record ToIndex(Index index, DocumentColumns columns, @Nullable String pipeline) implements To {}
}
