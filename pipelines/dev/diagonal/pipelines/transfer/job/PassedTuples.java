package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.copy.SameTypes;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.JdbcSink;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.transfer.mapping.Mapping;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A transfer between PostgreSQL tables whose columns have the same types. The tuples of COPY pass
 * from one server to the other without being decoded.
 *
 * @param source reads tuples
 * @param sink writes tuples
 */
record PassedTuples(JdbcRows source, JdbcSink sink) {

  private static final String REMARK =
      "rows were copied in COPY's binary format: the columns of both tables have the same types";

  /** Returns a transfer of tuples, or null if rows must be decoded. */
  static @Nullable PassedTuples of(
      TransferSpec spec,
      RunOptions options,
      BlockSource source,
      List<BlockSink> sinks,
      ServerUrls servers)
      throws SQLException, InterruptedException {
    boolean plain = spec.mapping().equals(Mapping.NONE) && options.getBadRecords() == null;
    if (!plain
        || sinks.size() != 1
        || !(spec.from() instanceof FromJdbc from && from.table() != null)
        || !(source instanceof JdbcRows rows && rows.isReadByPages())
        || !(spec.to().get(0) instanceof ToJdbc to && to.mode() == Mode.insert)
        || !(sinks.get(0) instanceof JdbcSink sink && sink.table().keyColumns().isEmpty())) {
      return null;
    }
    Table table = sink.table();
    Found read = look(from.database().at(servers), from.table());
    Found written = look(to.database().at(servers), table.name());
    boolean same =
        read.table != null
            && written.table != null
            && written.table.takesCopy()
            && read.server.equals(written.server)
            && SameTypes.in(read.table, written.table, table.columns());
    List<String> columns = table.columns().stream().map(Column::name).toList();
    return same ? new PassedTuples(rows.tuples(columns), sink.tuples()) : null;
  }

  /** Returns remarks on the rows and on how they were copied. */
  List<String> remarks() {
    return Stream.concat(source.remarks().stream(), Stream.of(REMARK)).toList();
  }

  private record Found(String server, @Nullable FoundTable table) {}

  private static Found look(JdbcTarget database, String table)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "look at table " + table)
        .run(
            connection ->
                new Found(SameTypes.server(connection), FoundTable.find(connection, table)));
  }
}
