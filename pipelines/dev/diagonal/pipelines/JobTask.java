package dev.diagonal.pipelines;

import dev.diagonal.pipelines.cli.PlannedJob;
import dev.diagonal.pipelines.cli.Summary;
import dev.diagonal.pipelines.plan.Task;
import java.util.List;

/**
 * A pipeline as a task.
 *
 * @param planned what runs
 */
record JobTask(PlannedJob planned) implements Task {

  /** What a job calls the file of its bad records among its outputs. */
  private static final String BAD_RECORDS = "bad records";

  @Override
  public List<String> describe() {
    return planned.describe();
  }

  @Override
  public Counts run() throws Exception {
    Summary summary = planned.run(false);
    long written =
        summary.outputs().stream()
            .filter(output -> !output.sink().equals(BAD_RECORDS))
            .mapToLong(Summary.Written::rowsWritten)
            .sum();
    return new Counts(summary.rowsRead(), written, summary.badRecords());
  }
}
