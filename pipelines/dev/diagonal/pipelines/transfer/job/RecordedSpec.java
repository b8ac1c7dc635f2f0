package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.internal.transfer.resume.IncrementalTransfer;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToFile;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.transfer.mapping.Mapping;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What decides how a transfer is recorded, and identifies it when it is resumed. */
record RecordedSpec(TransferSpec spec) {

  boolean fillsTablesFromFiles() {
    return spec.from() instanceof FromFiles && !spec.tables().isEmpty() && spec.limit() == 0;
  }

  boolean fillsOnlyFiles() {
    return spec.from() instanceof FromFiles
        && spec.to().stream().allMatch(ToFile.class::isInstance);
  }

  boolean upserts() {
    return spec.tables().size() == 1
        && spec.tables().get(0).mode() == Mode.upsert
        && spec.limit() == 0;
  }

  /** Returns the files that are written. */
  List<String> paths() {
    return spec.to().stream()
        .filter(ToFile.class::isInstance)
        .map(to -> ((ToFile) to).path())
        .toList();
  }

  /** Identifies how rows are converted. */
  String mapping(Mapping mapping) {
    return "%s %s %s"
        .formatted(mapping, new TreeMap<>(spec.types().named()), spec.types().others());
  }

  /** Finds the high-water mark and returns the rows that are new. */
  JdbcRows begin(IncrementalTransfer marks, JdbcRows rows, ServerUrls servers) throws Exception {
    ToJdbc to = spec.tables().get(0);
    return marks.begin(to.database().at(servers), to.table(), rows, source(), mapping());
  }

  /** Returns a line about the rows that {@link #begin} would return, and changes nothing. */
  String look(IncrementalTransfer marks, JdbcRows rows, ServerUrls servers)
      throws SQLException, InterruptedException {
    ToJdbc to = spec.tables().get(0);
    return marks.look(to.database().at(servers), to.table(), rows, source(), mapping());
  }

  private String source() {
    return spec.from() instanceof FromJdbc from ? source(from) : "";
  }

  private String mapping() {
    return mapping(spec.mapping());
  }

  /** Identifies a table or query beyond its description; empty if that is enough. */
  private static String source(FromJdbc from) {
    String query = from.query();
    return JdbcUrl.hiddenPart(from.database().at(ServerUrls.TO_COME).url())
        + (query == null ? "" : query);
  }

  /**
   * Identifies the rows that are read from a table or query. Returns null for files, whose finished
   * transactions have checksums.
   */
  @Nullable String rows() {
    return spec.from() instanceof FromJdbc from
        ? "%s %s %s".formatted(source(from), spec.rangeKey(), mapping())
        : null;
  }
}
