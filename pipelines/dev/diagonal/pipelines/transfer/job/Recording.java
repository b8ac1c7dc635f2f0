package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.transfer.sink.RecordedTransfers;
import dev.diagonal.internal.transfer.sink.RecordedTransfers.Kind;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.transfer.spec.TransferOptions;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromFiles;
import dev.diagonal.pipelines.usage.UsageException;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a transfer is recorded, so that an interrupted run can be resumed.
 *
 * @param staged whether its tables change at the end
 */
record Recording(TransferSpec spec, RunOptions options, boolean staged) {

  /**
   * Returns what records the transfer, or ends earlier ones; null without files or tables, and for
   * a trial of a few records.
   *
   * @throws UsageException if the transfer is to be resumed and is not recorded
   */
  @Nullable RecordedTransfers open() {
    if (spec.resume() && !isRecorded()) {
      throw new UsageException(
          options.getBadRecords() != null
              ? "--resume cannot be combined with --badRecords: the bad records of the interrupted run are lost"
              : "--resume needs a command that waits for its job: remove --attachedMode=false or -d");
    }
    if (!fillsTablesFromFiles()) {
      return null;
    }
    Kind kind = spec.resume() ? Kind.RESUME : isRecorded() ? Kind.START : Kind.NONE;
    String advice = isResumable() ? "; the same command with --resume writes the others" : "";
    return new RecordedTransfers(spec.ledger(), spec.commitRows(), kind, advice);
  }

  /** Returns whether an interrupted run can be resumed; the transfers of a plan cannot. */
  boolean isResumable() {
    return fillsTablesFromFiles()
        && isRecorded()
        && options.as(TransferOptions.class).getPlan() == null;
  }

  private boolean fillsTablesFromFiles() {
    return spec.from() instanceof FromFiles && !spec.tables().isEmpty() && spec.limit() == 0;
  }

  private boolean isRecorded() {
    return options.getBadRecords() == null && !Runners.isDetached(options) && !staged;
  }
}
