package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.run.Job.Output;
import dev.diagonal.pipelines.run.Job.Progress;
import dev.diagonal.pipelines.run.PlannedJob;
import dev.diagonal.pipelines.run.Summary;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a pipeline as a task.
 *
 * @param planned the job
 */
public record JobTask(PlannedJob planned) implements Task {

  @Override
  public List<String> describe() {
    return planned.describe();
  }

  @Override
  public void dryRun(Findings findings) throws Exception {
    findings.add(planned.dryRun());
  }

  @Override
  public @Nullable Counts running() {
    Progress progress = planned.job().progress();
    return progress == null ? null : counts(progress);
  }

  @Override
  public @Nullable String phase() {
    return planned.job().phase();
  }

  @Override
  public UnaryOperator<String> words(UnaryOperator<String> ofTransfers) {
    return planned.name().equals("transfer") ? ofTransfers : PlanWords::ofCommand;
  }

  private static Counts counts(Progress progress) {
    return Counts.of(progress.rowsRead(), progress.rowsWritten(), progress.badRecords());
  }

  @Override
  public Counts run() throws Exception {
    Progress[] failed = {Progress.NONE};
    Summary summary;
    try {
      summary = planned.run(false, counted -> failed[0] = counted);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | Error e) {
      throw new FailedTaskException(counts(failed[0]), e);
    }
    long written =
        summary.outputs().stream()
            .filter(output -> !output.sink().equals(Output.BAD_RECORDS))
            .mapToLong(Summary.Written::rowsWritten)
            .sum();
    return new Counts(summary.rowsRead(), written, summary.badRecords(), summary.remarks());
  }
}
