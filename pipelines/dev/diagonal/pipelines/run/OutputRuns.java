package dev.diagonal.pipelines.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.files.stored.OutputRun;
import java.util.UUID;
import org.apache.beam.sdk.options.PipelineOptions;

/** The runs that output files belong to: one per set of options. */
public final class OutputRuns {

  /** Ids of options are unique only within a JVM. */
  private static final String THIS_JVM = OutputRun.newId();

  private OutputRuns() {}

  /** Returns the run of these options; always the same one for the same options. */
  public static OutputRun of(PipelineOptions options) {
    String name = THIS_JVM + "-" + options.getOptionsId();
    String id = UUID.nameUUIDFromBytes(name.getBytes(UTF_8)).toString().replace("-", "");
    return new OutputRun(id, !Runners.isDetached(options));
  }
}
