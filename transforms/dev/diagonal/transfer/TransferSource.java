package dev.diagonal.transfer;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.transfer.parquet.ParquetFiles;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.JdbcStandardRows;
import dev.diagonal.internal.transfer.source.JsonLineFiles;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of files, or of a table or query. Names and types of columns are detected when it is made.
 *
 * <p>Files are plain, or compressed by their names. Their patterns are paths, globs or directories.
 */
public final class TransferSource {

  private final BlockSource blocks;

  private TransferSource(BlockSource blocks) {
    this.blocks = blocks;
  }

  /**
   * Reads the records of CSV files. Every file must have the columns of the first one. A record
   * with more or fewer fields, or of more than 64 MiB, is bad.
   *
   * @param ranges how files are cut, where that is possible
   * @throws BadInputException if a pattern matches nothing, all files are empty, or a header cannot
   *     be read
   */
  public static TransferSource csv(List<String> patterns, CsvFormat format, RangePlan ranges)
      throws IOException {
    return new TransferSource(CsvFiles.of(patterns, format, ranges));
  }

  /**
   * Reads the objects of JSON lines files: one object per line, in UTF-8. A key that is missing in
   * a line is null. A key that the first thousand lines lack makes a bad record.
   *
   * @param ranges how files are cut
   * @param ignoreUnknownKeys whether keys that the first thousand lines lack are ignored instead
   * @throws BadInputException if a pattern matches nothing, or no line is an object
   */
  public static TransferSource jsonLines(
      List<String> patterns, RangePlan ranges, boolean ignoreUnknownKeys) throws IOException {
    return new TransferSource(JsonLineFiles.of(patterns, ranges, ignoreUnknownKeys));
  }

  /**
   * Reads the rows of Parquet files, with their types. Every file must have the columns of the
   * first one, with the same types, in any order. Needs Parquet's jars.
   *
   * @param ranges how files are cut: a range reads the row groups that start in it
   * @param mapping what is done with the rows: columns that it does not use are not read
   * @throws BadInputException if a pattern matches nothing, a footer cannot be read, or a column
   *     that is used cannot be, such as a nested one
   */
  public static TransferSource parquet(List<String> patterns, RangePlan ranges, Mapping mapping)
      throws IOException {
    return new TransferSource(ParquetFiles.of(patterns, ranges, mapping));
  }

  /**
   * Reads a table of a database, with its types. Each range is read in a transaction of its own, so
   * one range may include a concurrent change that another does not; a single range is one state of
   * the table.
   *
   * @param table {@code table} or {@code schema.table}, exactly as in the database
   * @param rangeKey a whole-number column whose ranges are read; null for the first column of the
   *     primary key, if that holds whole numbers
   * @param maxRanges the maximum number of ranges
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static TransferSource table(
      JdbcTarget database, String table, @Nullable String rangeKey, int maxRanges)
      throws SQLException, InterruptedException {
    return new TransferSource(
        isPostgres(database)
            ? JdbcRows.ofTable(database, table, rangeKey, maxRanges, null)
            : JdbcStandardRows.ofTable(database, table, rangeKey, maxRanges));
  }

  /**
   * Reads the result of a query, with its types.
   *
   * @param rangeKey a whole-number column of the result whose ranges are read, each in a
   *     transaction of its own; null for one reader, which keeps the query's order
   * @param maxRanges the maximum number of ranges
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static TransferSource query(
      JdbcTarget database, String query, @Nullable String rangeKey, int maxRanges)
      throws SQLException, InterruptedException {
    return new TransferSource(
        isPostgres(database)
            ? JdbcRows.ofQuery(database, query, rangeKey, maxRanges, null)
            : JdbcStandardRows.ofQuery(database, query, rangeKey, maxRanges));
  }

  private static boolean isPostgres(JdbcTarget database) {
    return DatabaseKind.of(database.url()) == DatabaseKind.POSTGRES;
  }

  BlockSource blocks() {
    return blocks;
  }

  /** Returns what is read, for messages. */
  @Override
  public String toString() {
    return blocks.describe();
  }
}
