package dev.diagonal.pipelines.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.diagonal.internal.files.output.WholeFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of a task or group. A group has the sums of its children, successful or not, and its
 * own time.
 *
 * @param name its name
 * @param kind task, sequence or parallel
 * @param state how it ended
 * @param rowsRead the good rows
 * @param rowsWritten in all sinks together
 * @param badRows the bad rows
 * @param started how many seconds after the plan it started
 * @param seconds from start to end
 * @param failure why it failed, or null
 * @param remarks what the user should know of a task, a line each
 * @param children those of a group
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanReport(
    @JsonProperty("name") String name,
    @JsonProperty("kind") String kind,
    @JsonProperty("state") State state,
    @JsonProperty("rows_read") long rowsRead,
    @JsonProperty("rows_written") long rowsWritten,
    @JsonProperty("bad_records") long badRows,
    @JsonProperty("started") double started,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("failure") @Nullable String failure,
    @JsonProperty("remarks") @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> remarks,
    @JsonProperty("children") List<PlanReport> children) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** How it ended. */
  public enum State {
    /** It has not ended. */
    RUNNING,
    DONE,
    FAILED,
    /** It was not started, because something before it failed. */
    NOT_STARTED,
    /** It comes before the task that the run started at. */
    PASSED_OVER
  }

  public PlanReport {
    remarks = List.copyOf(remarks);
    children = List.copyOf(children);
  }

  boolean isGood() {
    return state == State.DONE || state == State.PASSED_OVER;
  }

  Task.Counts counts() {
    return Task.Counts.of(rowsRead, rowsWritten, badRows);
  }

  /** Returns the tree, one line per task or group. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    addLines("", lines);
    return lines;
  }

  private void addLines(String indent, List<String> lines) {
    lines.add(line(indent));
    remarks.forEach(remark -> lines.add(indent + "  " + remark));
    children.forEach(child -> child.addLines(indent + "  ", lines));
  }

  /** Returns the line of this node only. */
  String line(String indent) {
    String label = indent + name;
    return state == State.NOT_STARTED || state == State.PASSED_OVER
        ? "%-32s %s".formatted(label, stateName())
        : String.format(
            Locale.ROOT,
            "%-32s %-8s %,12d read %,12d written %,8d bad %8.1f s%s",
            label,
            stateName(),
            rowsRead,
            rowsWritten,
            badRows,
            seconds,
            failure == null ? "" : "  " + failure.lines().findFirst().orElse(""));
  }

  private String stateName() {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Writes it as JSON. */
  public void writeTo(String file) throws IOException {
    byte[] json = (JSON.writeValueAsString(this) + "\n").getBytes(UTF_8);
    WholeFile.at(file).write(out -> out.write(json));
  }
}
