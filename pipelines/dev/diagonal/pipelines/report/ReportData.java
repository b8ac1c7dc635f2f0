package dev.diagonal.pipelines.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.LeaseUse;
import dev.diagonal.internal.metrics.RecordedBatch;
import dev.diagonal.internal.metrics.StageTime;
import org.HdrHistogram.Histogram;

/** Writes the data of a report as JSON, for programs that present it in another way. */
final class ReportData {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Larger reports would be slow to open; charts show no more of them. */
  private static final int MOST_BATCHES = 5_000;

  private ReportData() {}

  /** Returns JSON that is safe inside of a script element, and in XML. */
  static String json(RunFacts run) {
    ObjectNode data = JSON.createObjectNode();
    data.put("command", run.command()).put("started", run.started());
    data.set("summary", run.summary());
    data.set("options", JSON.valueToTree(run.options()));
    data.set("versions", JSON.valueToTree(run.versions()));
    data.set("samples", JSON.valueToTree(run.samples()));
    ObjectNode stages = data.putObject("stages");
    run.stages().forEach((name, time) -> stages.set(name, stage(time)));
    data.set("servers", JSON.valueToTree(run.servers()));
    ArrayNode targets = data.putArray("targets");
    run.targets().forEach(target -> targets.add(target(target)));
    int every = Math.max(1, (run.batches().size() + MOST_BATCHES - 1) / MOST_BATCHES);
    data.put("batch_step", run.step() * every);
    ArrayNode batches = data.putArray("batches");
    for (int i = 0; i < run.batches().size(); i += every) {
      batches.add(batch(run.batches().get(i)));
    }
    try {
      return JSON.writeValueAsString(data)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the data of a report is not JSON", e);
    }
  }

  private static ObjectNode target(BatchTotals target) {
    ObjectNode node = JSON.createObjectNode();
    node.put("target", target.target())
        .put("batches", target.batches())
        .put("rows", target.rows())
        .put("retries", target.retries())
        .put("failures", target.failures())
        .put("leases", target.leases())
        .put("leases_renewed", target.renewals())
        .put("leases_lost", target.lostLeases())
        .put("workers", target.workers())
        .put("most_open", target.mostOpen())
        .put("average_open", target.averageOpen())
        .put("busy_seconds", target.busySeconds());
    node.set("micros", percentiles(target.micros()));
    node.set("wait_micros", percentiles(target.waitMicros()));
    if (target.grid() != null) {
      ArrayNode cells = node.putArray("rows_of_cells");
      target
          .rowsOfCell()
          .forEach((cell, rows) -> cells.addArray().add(cell.row()).add(cell.column()).add(rows));
    }
    return node;
  }

  private static ObjectNode stage(StageTime time) {
    return JSON.createObjectNode()
        .put("micros", time.nanos() / 1_000)
        .put("waited_for_rows_micros", time.waitedForRows() / 1_000)
        .put("waited_for_next_micros", time.waitedForNext() / 1_000);
  }

  private static ObjectNode percentiles(Histogram histogram) {
    return JSON.createObjectNode()
        .put("p50", histogram.getValueAtPercentile(50))
        .put("p90", histogram.getValueAtPercentile(90))
        .put("p99", histogram.getValueAtPercentile(99))
        .put("max", histogram.getMaxValue());
  }

  private static ObjectNode batch(RecordedBatch batch) {
    ObjectNode node = JSON.createObjectNode();
    node.put("target", batch.target())
        .put("worker", batch.worker())
        .put("start_micros", batch.startNanos() / 1_000)
        .put("micros", batch.nanos() / 1_000)
        .put("wait_micros", batch.waitNanos() / 1_000)
        .put("rows", batch.rows())
        .put("attempts", batch.attempts())
        .put("failed", batch.failed());
    if (batch.row() >= 0) {
      node.put("row", batch.row()).put("column", batch.column());
    }
    LeaseUse lease = batch.lease();
    if (lease != null) {
      node.put("batch", lease.batch())
          .put("attempt", lease.attempt())
          .put("lease_renewals", lease.renewals())
          .put("lease_lost", lease.lost());
    }
    return node;
  }
}
