package dev.diagonal.pipelines.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;

/** The summary of a failed run. */
record FailedSummary(
    @JsonProperty("command") String command,
    @JsonProperty("state") String state,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("failure") String failure,
    @JsonProperty("rows_read") long rowsRead,
    @JsonProperty("rows_written") long rowsWritten,
    @JsonProperty("bad_records") long badRecords) {

  FailedSummary(String command, double seconds, String failure, Job.Progress counted) {
    this(
        command,
        "FAILED",
        seconds,
        failure,
        counted.rowsRead(),
        counted.rowsWritten(),
        counted.badRecords());
  }

  void writeTo(String file) throws IOException {
    Summary.write(file, this);
  }
}
