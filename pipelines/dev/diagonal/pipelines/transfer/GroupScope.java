package dev.diagonal.pipelines.transfer;

import dev.diagonal.pipelines.plan.PlanFile;
import dev.diagonal.pipelines.transfer.job.SourceSnapshot;
import dev.diagonal.pipelines.transfer.job.TablesAtOnce;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the transfers of a group and its subgroups share: tables that change in one transaction, a
 * snapshot that they read, or both.
 *
 * @param tables null if each transfer changes its tables by itself
 * @param snapshot null if each transfer takes its own snapshot
 * @param around the enclosing group, or null
 */
record GroupScope(
    @Nullable TablesAtOnce tables, @Nullable SourceSnapshot snapshot, @Nullable GroupScope around)
    implements PlanFile.Scope {

  static GroupScope in(@Nullable GroupScope around, boolean atOnce, boolean oneSnapshot) {
    TablesAtOnce tables = around == null ? null : around.tables;
    SourceSnapshot snapshot = around == null ? null : around.snapshot;
    return new GroupScope(
        tables == null && atOnce ? new TablesAtOnce() : tables,
        snapshot == null && oneSnapshot ? new SourceSnapshot() : snapshot,
        around);
  }

  private @Nullable TablesAtOnce ownTables() {
    return around != null && around.tables != null ? null : tables;
  }

  private @Nullable SourceSnapshot ownSnapshot() {
    return around != null && around.snapshot != null ? null : snapshot;
  }

  @Override
  public boolean isAtOnce() {
    return tables != null;
  }

  @Override
  public String describe() {
    List<String> shared = new ArrayList<>();
    if (ownTables() != null) {
      shared.add("all or nothing");
    }
    if (ownSnapshot() != null) {
      shared.add("from one snapshot");
    }
    return String.join(", ", shared);
  }

  /**
   * {@inheritDoc} Releases the locks of the snapshot first: a table that was read may be replaced.
   */
  @Override
  public long complete() throws Exception {
    closeSnapshot();
    TablesAtOnce own = ownTables();
    return own == null ? 0 : own.complete();
  }

  @Override
  public @Nullable String phase() {
    TablesAtOnce own = ownTables();
    return own == null ? null : own.phase();
  }

  @Override
  public void abandon() throws Exception {
    closeSnapshot();
    TablesAtOnce own = ownTables();
    if (own != null) {
      own.abandon();
    }
  }

  private void closeSnapshot() {
    SourceSnapshot own = ownSnapshot();
    if (own != null) {
      own.close();
    }
  }
}
