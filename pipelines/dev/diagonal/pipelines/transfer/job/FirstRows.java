package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and converts the first rows of a transfer before its targets are created. A pipe can be
 * read only once, so its first rows are not read.
 */
record FirstRows(TransferSpec spec, DeadLetters deadLetters) {

  /**
   * Checks the first rows of files, before tables and indices are created.
   *
   * @throws BadInputException if one is bad and nobody collects bad records
   */
  void check(RowTransfer rows) throws Exception {
    boolean creates =
        spec.to().stream().anyMatch(to -> to instanceof ToJdbc || to instanceof ToIndex);
    if (!creates || spec.files().isEmpty() || deadLetters.path() != null || hasPipes()) {
      return;
    }
    DeadLetter bad = rows.firstBadRow();
    if (bad != null) {
      throw new BadInputException(bad.describe());
    }
  }

  /** Adds the first rows as they would be written, and the first bad one. */
  void show(RowTransfer rows, Findings findings) throws InterruptedException {
    if (hasPipes()) {
      findings.say("rows:    not shown, because a pipe can be read only once");
      return;
    }
    List<RowBlock> first = new ArrayList<>();
    boolean unused =
        findings.check(
            () -> {
              DeadLetter bad = rows.firstRows(first::add);
              if (bad != null && deadLetters.path() == null) {
                findings.refuse(new BadInputException(bad.describe()));
              }
              return bad == null ? "bad:     none of the first rows" : "bad:     " + bad.describe();
            });
    findings.rows("the input", ShownRows.of(rows.rows(), first));
  }

  private boolean hasPipes() {
    List<String> files = spec.files();
    return !files.isEmpty() && InputFiles.matchingIfAny(files).hasPipes();
  }
}
