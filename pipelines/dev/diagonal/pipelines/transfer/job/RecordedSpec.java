package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToFile;
import dev.diagonal.transfer.mapping.Mapping;
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

  /** Identifies a table or query beyond its description; empty if that is enough. */
  static String source(FromJdbc from) {
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
        ? "%s %s %s".formatted(source(from), spec.rangeKey(), mapping(spec.mapping()))
        : null;
  }
}
