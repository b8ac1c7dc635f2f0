package dev.diagonal.pipelines.run;

import dev.diagonal.fault.Secret;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** A pipeline and what belongs to it, as a command has made it from its options. */
public interface Job {

  /** Returns what would be read, created and written, a line each. */
  List<String> describe();

  /** Returns the files that it reads and writes, besides its bad records and its summary. */
  default JobFiles files() {
    return JobFiles.NONE;
  }

  /** Returns what is kept of a run that was interrupted, and what the same command does again. */
  default String afterInterruption() {
    return "The same command starts from the beginning.";
  }

  /** Returns how many bytes there are to read, or 0 if that is not known. */
  long inputBytes();

  /** Returns how many bytes of heap one process needs, however large the input. */
  long heapBytes();

  /** Returns the embedded servers it wants. */
  Set<EmbeddedServers.Kind> embeddedServers();

  /**
   * Creates what is missing and adds the steps to the pipeline.
   *
   * @return where the results will be
   */
  List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception;

  /** Returns what else is worth knowing of a pipeline that has ended well, a line each. */
  default List<String> remarks(PipelineResult result) {
    return List.of();
  }

  /**
   * Whether there is anything for a runner to do; if not, {@link #build} and {@link #complete} do
   * all there is.
   */
  default boolean hasPipeline() {
    return true;
  }

  /** Returns what a job without a pipeline has to say when it is over, a line each. */
  default List<String> report() {
    return List.of();
  }

  /** Returns how many bad records there were besides those that the pipeline has counted. */
  default long moreBadRecords() {
    return 0;
  }

  /**
   * Returns how many rows of each output, by its target, were counted as written and refused at the
   * end: they are bad records.
   */
  default Map<String, Long> refusedRows() {
    return Map.of();
  }

  /** Whether it goes on until it is asked to end. */
  default boolean isEndless() {
    return false;
  }

  /**
   * Asks a pipeline in this process to come to an end, as if there were no more to read; called
   * when the process is asked to, by a thread of its own.
   */
  default void end() {}

  /**
   * Returns why somebody has to wait for the end of the pipeline, or null if {@link #complete} and
   * {@link #release} may as well never be called.
   */
  default @Nullable String needsLauncher() {
    return null;
  }

  /**
   * Returns what the run has counted so far, of the work in this JVM, also when it has failed; null
   * if that is not known.
   */
  default @Nullable Progress progress() {
    return null;
  }

  /** Does what is to do when the pipeline has ended well. */
  void complete() throws Exception;

  /**
   * Compares what was written with what was sent, after {@link #complete}.
   *
   * @return what was found in each output, in their order; none if nothing was compared
   * @throws Exception if the two differ
   */
  default List<Summary.Verified> verify(PipelineResult result) throws Exception {
    return List.of();
  }

  /**
   * Removes what a run that failed has left and nobody wants. Also called, by a thread of its own,
   * when the process is asked to end before the run is over and nothing of it goes on elsewhere.
   */
  default void abandon() throws Exception {}

  /**
   * Gives back what {@link #build} took for the time of the run: called when the run is over,
   * whether it went well or not, and once more if the process is asked to end before.
   */
  default void release() throws IOException, InterruptedException {}

  /**
   * What a run has counted.
   *
   * @param rowsRead the good records
   * @param rowsWritten what others can see of them, in all sinks together
   * @param badRecords the others
   */
  record Progress(long rowsRead, long rowsWritten, long badRecords) {

    /** Nothing. */
    public static final Progress NONE = new Progress(0, 0, 0);
  }

  /**
   * One place where results go.
   *
   * @param sink what kind of place
   * @param step the step of the pipeline that writes there, for its counts
   * @param target where it is
   */
  record Output(String sink, String step, String target) {}

  /**
   * The embedded servers that run for it.
   *
   * @param jdbcUrl of the database
   * @param jdbcUser of the database
   * @param jdbcPassword of that user
   * @param elasticsearchUrl of Elasticsearch
   */
  record ServerUrls(String jdbcUrl, String jdbcUser, Secret jdbcPassword, String elasticsearchUrl) {
    /** Stands for servers that have not been started, or that nobody asked for. */
    public static final ServerUrls TO_COME =
        new ServerUrls(
            "jdbc:postgresql://embedded/", "embedded", new Secret("embedded"), "http://embedded");
  }
}
