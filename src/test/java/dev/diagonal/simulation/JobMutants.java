package dev.diagonal.simulation;

import dev.diagonal.jobs.BatchWorker;
import java.util.List;

/** Conditions of the job table: claims, leases, the fence, attempts; each broken once. */
final class JobMutants {

  private JobMutants() {}

  static List<Mutant> all() {
    Class<?> table = LoadMutants.named(BatchWorker.class, "BatchTable");
    Class<?> heartbeat = LoadMutants.named(BatchWorker.class, "Heartbeat");
    return List.of(
        new Mutant(
            "the fence lets earlier attempts pass",
            table,
            "WHERE batch_id = ? AND attempts = ? AND status = 'processing'\"",
            "WHERE batch_id = ? AND attempts >= ? AND status = 'processing'\""),
        new Mutant(
            "the fence does not ask for the status",
            table,
            "WHERE batch_id = ? AND attempts = ? AND status = 'processing'\"",
            "WHERE batch_id = ? AND attempts = ?\""),
        new Mutant(
            "a claim does not count as an attempt",
            table,
            "attempts = attempts + 1",
            "attempts = attempts"),
        new Mutant(
            "a lease ends before its time",
            table,
            "lease_until < clock_timestamp() AND %2$s",
            "lease_until < clock_timestamp() + 50 * interval '1 millisecond' AND %2$s"),
        new Mutant(
            "failed batches are retried without limit",
            table,
            "status IN ('pending', 'failed') AND failures < ?",
            "status IN ('pending', 'failed') AND failures - 100 < ?"),
        new Mutant(
            "workers leave while a batch may come back",
            table,
            "WHERE status IN ('pending', 'processing') OR (status = 'failed' AND failures < ?))",
            "WHERE status IN ('pending') OR (status = 'failed' AND failures < ?))"),
        new Mutant(
            "a batch completes though its claim is lost",
            BatchWorker.class,
            "if (!table.complete(connection, claim, read.rows(), read.badRows(), movies)) {",
            "if (!table.complete(connection, claim, read.rows(), read.badRows(), movies) && beating.isLost()) {"),
        new Mutant(
            "totals are not staged",
            BatchWorker.class,
            "staging.copy(connection, claim, read.totals());",
            ""),
        new Mutant(
            "the claim is not renewed in time",
            heartbeat,
            "beatMillis, beatMillis, TimeUnit.MILLISECONDS",
            "4 * beatMillis, beatMillis, TimeUnit.MILLISECONDS"));
  }
}
