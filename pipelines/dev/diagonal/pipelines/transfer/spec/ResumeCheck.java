package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;

/** Checks whether a transfer can be resumed, and whether it can be incremental. */
record ResumeCheck(TransferSpec spec) {

  /**
   * @param grouped whether the tables change together with those of a group
   * @throws IllegalArgumentException if the transfer should be resumed or incremental and cannot
   *     be; the message says what to do
   */
  void run(boolean grouped) {
    if (spec.resume()) {
      checkResume();
    }
    if (spec.incremental() != null) {
      checkIncremental();
      if (grouped) {
        throw new IllegalArgumentException(
            "--incrementalColumn cannot be combined with transaction all of a group: the high-water mark would move before the group publishes its tables; use transaction each, or transaction all of this transfer alone");
      }
    }
  }

  private void checkResume() {
    checkPostgres("--resume");
    if (spec.from() instanceof FromJdbc) {
      if (!spec.atOnce()) {
        checkResumeOfTable();
      }
    } else if (spec.to().stream().allMatch(ToIndex.class::isInstance)) {
      throw new IllegalArgumentException(
          "--resume is for tables and files, not for indices: the same command writes each document once");
    }
  }

  private void checkPostgres(String option) {
    for (ToJdbc table : spec.tables()) {
      JdbcTarget database = table.database().at(ServerUrls.TO_COME);
      if (DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES) {
        throw new IllegalArgumentException(
            "%s needs a table of PostgreSQL as the target, where Diagonal keeps a ledger, got %s"
                .formatted(option, database));
      }
    }
  }

  private void checkResumeOfTable() {
    String rest =
        "; other transfers from a database cannot be resumed, as its rows may have changed: start without --resume, or with --transaction=all, with which an interrupted run changes nothing";
    if (spec.to().size() != 1
        || spec.tables().size() != 1
        || spec.tables().get(0).mode() != Mode.upsert) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: needs one table as the target, and --key for an upsert"
              + rest);
    }
    String range = spec.rangeKey();
    if (range == null || !spec.tables().get(0).key().contains(range)) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: needs a --rangeKey that is a column of --key, got %s: a row whose range key changes could be missed"
              .formatted(range));
    }
    if (!spec.mapping().columns().isEmpty() || spec.mapping().function() != null) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: cannot be combined with columns or a function of --mapping"
              + rest);
    }
    if (spec.verify()) {
      throw new IllegalArgumentException(
          "--resume with --from=jdbc: cannot be combined with --verify: the rows are not of one moment");
    }
  }

  private void checkIncremental() {
    if (!(spec.from() instanceof FromJdbc jdbc)
        || DatabaseKind.of(jdbc.database().at(ServerUrls.TO_COME).url()) != DatabaseKind.POSTGRES) {
      throw new IllegalArgumentException("--incrementalColumn needs --from=jdbc: of PostgreSQL");
    }
    checkPostgres("--incrementalColumn");
    if (spec.to().size() != 1
        || spec.tables().size() != 1
        || spec.tables().get(0).mode() != Mode.upsert) {
      throw new IllegalArgumentException(
          "--incrementalColumn needs one table as the target, and --key for an upsert: a row that has changed is read again");
    } else if (spec.resume()) {
      throw new IllegalArgumentException(
          "--incrementalColumn cannot be combined with --resume: after an interruption, the same command reads from the last high-water mark");
    }
  }
}
