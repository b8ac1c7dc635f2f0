package dev.diagonal.pipelines;

import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.pipelines.plan.PlanFile;
import dev.diagonal.transfer.StagedTable;
import java.util.ArrayList;
import java.util.List;

/** The tables of several transfers, which change in one transaction when all of them are done. */
final class TablesAtOnce implements PlanFile.Whole {

  private final List<StagedTable> staged = new ArrayList<>();

  /** Takes a stage that is full. */
  synchronized void add(StagedTable stage) {
    staged.add(stage);
  }

  @Override
  public synchronized void complete() throws Exception {
    List<JdbcTarget> databases = staged.stream().map(StagedTable::database).distinct().toList();
    for (JdbcTarget database : databases) {
      StagedTable.publish(
          staged.stream().filter(stage -> stage.database().equals(database)).toList());
    }
    staged.clear();
  }

  @Override
  public synchronized void abandon() throws Exception {
    for (StagedTable stage : staged) {
      stage.abandon();
    }
    staged.clear();
  }
}
