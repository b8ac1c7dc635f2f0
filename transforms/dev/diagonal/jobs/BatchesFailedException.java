package dev.diagonal.jobs;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** Batches have failed and stay failed; the message lists them with their reasons. */
public final class BatchesFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public BatchesFailedException(JobTables tables, List<JobStatus.Failed> failed) {
    super(
        "%d batch(es) of %s failed:%s"
            .formatted(
                failed.size(),
                tables.batches(),
                failed.stream()
                    .map(
                        batch ->
                            "\n  batch %d after %d attempt(s): %s"
                                .formatted(batch.batchId(), batch.attempts(), batch.error()))
                    .collect(joining())));
  }

  public BatchesFailedException(JobTables tables, long batchId, String reason) {
    super("batch %d of %s was not processed: %s".formatted(batchId, tables.batches(), reason));
  }
}
