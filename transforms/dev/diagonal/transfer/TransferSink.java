package dev.diagonal.transfer;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.transfer.parquet.ParquetFileSink;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.IndexSink;
import dev.diagonal.internal.transfer.write.JdbcSink;
import dev.diagonal.internal.transfer.write.TextFileSink;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * A target of rows: a file, a table or an index.
 *
 * <p>A file appears atomically and replaces an earlier one. Its run, such as {@link
 * OutputRun#alone}, is what the unfinished parts of it belong to.
 */
public final class TransferSink {

  private final BlockSink blocks;

  private TransferSink(BlockSink blocks) {
    this.blocks = blocks;
  }

  /**
   * Writes a CSV file, which {@link TransferSource#csv} reads back; compressed if its name ends in
   * {@code .gz}, {@code .bz2} or {@code .zst}.
   *
   * @throws IllegalArgumentException if the name implies a compression that cannot be written
   */
  public static TransferSink csv(
      String path, String delimiter, char quote, String lineEnd, boolean header, OutputRun run) {
    return new TransferSink(TextFileSink.csv(path, delimiter, quote, lineEnd, header, run));
  }

  /**
   * Writes a file of one JSON object per line; compressed if its name ends in {@code .gz}, {@code
   * .bz2} or {@code .zst}.
   *
   * @throws IllegalArgumentException if the name implies a compression that cannot be written
   */
  public static TransferSink jsonLines(String path, OutputRun run) {
    return new TransferSink(TextFileSink.jsonLines(path, run));
  }

  /** Writes a Parquet file, compressed with snappy. Needs Parquet's jars. */
  public static TransferSink parquet(String path, OutputRun run) {
    return new TransferSink(ParquetFileSink.at(path, run));
  }

  /**
   * Writes to an existing table of a database.
   *
   * @param table whose columns are among those of the rows
   * @param commitRows the maximum number of rows per transaction
   * @param ledger how transactions are recorded: see {@link LedgerSettings}
   * @throws IllegalArgumentException if the mode does not fit the table
   */
  public static TransferSink table(
      JdbcTarget database, Table table, WriteMode mode, int commitRows, LedgerSettings ledger) {
    return new TransferSink(new JdbcSink(database, table, mode, commitRows, ledger));
  }

  /**
   * Writes to an index of Elasticsearch, one document per row. Creates the index if it is missing,
   * and gives it a field for each column that it does not map yet.
   *
   * @param columns what ids, versions and routings are made of
   * @param source the source of the rows
   * @param mapping how they are converted
   * @param warnings gets what could not be done and does not fail the run
   * @throws IllegalArgumentException if a column is unknown, has the wrong type, or has a name that
   *     no field can have
   * @throws IOException if Elasticsearch cannot be reached, or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static TransferSink index(
      BulkSettings settings,
      DocumentColumns columns,
      TransferSource source,
      Mapping mapping,
      Consumer<String> warnings)
      throws IOException, InterruptedException {
    RowTransfer planned = RowTransfer.of(source.blocks(), mapping, List.of());
    IndexSink index = IndexSink.of(settings, columns);
    index.check(planned.rows());
    return new TransferSink(index.prepared(planned.rows(), warnings));
  }

  BlockSink blocks() {
    return blocks;
  }

  /** Returns the target, for messages. */
  @Override
  public String toString() {
    return blocks.describe();
  }
}
