package dev.diagonal.pipelines.run;

import dev.diagonal.fault.Secret;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** A pipeline with its preparation and completion, as a command builds it from its options. */
public interface Job {

  /** Returns what would be read, created and written, one line each. */
  List<String> describe();

  /** Returns the files that the job reads and writes, except its dead letters and its summary. */
  default JobFiles files() {
    return JobFiles.NONE;
  }

  /** Returns what an interrupted run keeps, and what the same command does when it runs again. */
  default String afterInterruption() {
    return "The same command starts from the beginning.";
  }

  /** Returns how many bytes the job will read, or 0 if that is unknown. */
  long inputBytes();

  /** Returns how many bytes of heap one process needs, however large the input. */
  long heapBytes();

  /** Returns the embedded servers that the job needs. */
  Set<EmbeddedServers.Kind> embeddedServers();

  /**
   * Creates what is missing and adds the steps to the pipeline.
   *
   * @return where the results will be
   */
  List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception;

  /** Returns notes on a pipeline that has ended successfully, one line each. */
  default List<String> remarks(PipelineResult result) {
    return List.of();
  }

  /**
   * Returns whether a runner is needed; if not, {@link #build} and {@link #complete} do all the
   * work.
   */
  default boolean hasPipeline() {
    return true;
  }

  /** Returns the report of a job without a pipeline, one line each. */
  default List<String> report() {
    return List.of();
  }

  /** Returns how many bad records there were in addition to those that the pipeline has counted. */
  default long moreBadRecords() {
    return 0;
  }

  /**
   * Returns, by target, how many rows were counted as written but refused at the end. They are bad
   * records.
   */
  default Map<String, Long> refusedRows() {
    return Map.of();
  }

  /** Returns whether the job runs until it is asked to end. */
  default boolean isEndless() {
    return false;
  }

  /**
   * Asks a pipeline in this process to finish, as if its input had ended. Called on a separate
   * thread when the process is asked to end.
   */
  default void end() {}

  /**
   * Returns why the launcher must wait for the end of the pipeline, or null if {@link #complete}
   * and {@link #release} need not be called.
   */
  default @Nullable String needsLauncher() {
    return null;
  }

  /**
   * Returns what the run has counted so far in this JVM, even after a failure; null if that is
   * unknown.
   */
  default @Nullable Progress progress() {
    return null;
  }

  /**
   * Looks at what {@link #build} would read, create and write, and changes nothing.
   *
   * @param findings receives what exists, the first rows, and the faults that would fail the run
   */
  default void dryRun(Findings findings) throws InterruptedException {}

  /** Returns whether rows are grouped after they have been read and before they are written. */
  default boolean groups() {
    return false;
  }

  /** Returns what {@link #complete} does at the moment, for a progress line, on any thread. */
  default String completion() {
    return "finishing";
  }

  /**
   * Returns what the job does now that its pipeline has ended; null before that, or if it is
   * unknown. Called on any thread.
   */
  default @Nullable String phase() {
    return null;
  }

  /** Completes the job after the pipeline has ended successfully. */
  void complete() throws Exception;

  /** Returns whether {@link #verify} compares anything. */
  default boolean verifies() {
    return false;
  }

  /** Compares the rows in the targets with those that were sent, after {@link #complete}. */
  default List<Summary.Verified> verify(PipelineResult result) throws Exception {
    return List.of();
  }

  /**
   * Removes temporary results of a failed run. Also called, on a separate thread, when the process
   * is asked to end before the run is over, unless the job continues elsewhere.
   */
  default void abandon() throws Exception {}

  /**
   * Releases what {@link #build} acquired for the run. Called when the run is over, successful or
   * not, and also if the process is asked to end before.
   */
  default void release() throws IOException, InterruptedException {}

  /**
   * The counts of a run.
   *
   * @param rowsRead the good records that were read
   * @param rowsWritten the rows that are visible to others, in all sinks together
   * @param badRecords the bad records
   */
  record Progress(long rowsRead, long rowsWritten, long badRecords) {

    /** No rows. */
    public static final Progress NONE = new Progress(0, 0, 0);
  }

  /**
   * A target of the results.
   *
   * @param sink the kind of target
   * @param step the step of the pipeline that writes it, for its counters
   * @param target the name of the target
   */
  record Output(String sink, String step, String target) {

    /** The sink of dead letters. */
    public static final String BAD_RECORDS = "bad records";
  }

  /**
   * The embedded servers that were started for the job.
   *
   * @param jdbcUrl of the database
   * @param jdbcUser of the database
   * @param jdbcPassword of that user
   * @param elasticsearchUrl of Elasticsearch
   */
  record ServerUrls(String jdbcUrl, String jdbcUser, Secret jdbcPassword, String elasticsearchUrl) {
    /** Placeholders for servers that are not started. */
    public static final ServerUrls TO_COME =
        new ServerUrls(
            "jdbc:postgresql://embedded/", "embedded", new Secret("embedded"), "http://embedded");

    /** Returns those of the servers that were started, or placeholders. */
    static ServerUrls of(@Nullable EmbeddedServers servers) {
      return servers == null
          ? TO_COME
          : new ServerUrls(
              servers.jdbcUrl().orElse(TO_COME.jdbcUrl()),
              servers.jdbcUser(),
              servers
                  .jdbcPassword()
                  .map(password -> new Secret(password.text()))
                  .orElse(TO_COME.jdbcPassword()),
              servers.elasticsearchUrl().orElse(TO_COME.elasticsearchUrl()));
    }
  }
}
