package dev.diagonal.internal.jobs;

import static java.util.stream.Collectors.joining;

import dev.diagonal.jobs.JobStatus;
import dev.diagonal.jobs.schema.JobTables;
import java.util.List;

/** Thrown when batches stay failed; the message lists them with their reasons. */
public final class BatchesFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;
  private static final int MAX_SHOWN = 20;

  /**
   * @param failed how many batches have failed
   * @param first the first of them, up to 20, which the message lists
   */
  public BatchesFailedException(JobTables tables, long failed, List<JobStatus.Failed> first) {
    super(
        "%s batch(es) of %s failed:%s%s"
            .formatted(
                failed,
                tables.batches(),
                first.stream()
                    .limit(MAX_SHOWN)
                    .map(
                        batch ->
                            "\n  batch %s after %s attempt(s): %s"
                                .formatted(batch.batchId(), batch.attempts(), batch.error()))
                    .collect(joining()),
                failed > Math.min(MAX_SHOWN, first.size())
                    ? "\n  and %s more".formatted(failed - Math.min(MAX_SHOWN, first.size()))
                    : ""));
  }

  public BatchesFailedException(JobTables tables, long batchId, String reason) {
    super("batch %s of %s was not processed: %s".formatted(batchId, tables.batches(), reason));
  }
}
