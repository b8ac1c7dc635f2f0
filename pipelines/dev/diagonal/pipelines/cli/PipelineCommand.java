package dev.diagonal.pipelines.cli;

import dev.diagonal.pipelines.cli.Job.ServerUrls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.FileSystems;
import org.jspecify.annotations.Nullable;

/** A command that runs one pipeline: reads its options, shows progress, sums up. */
public abstract class PipelineCommand<O extends RunOptions> implements Command {

  @Override
  public abstract Class<O> options();

  /**
   * Checks the options and makes the job, which touches nothing yet but the names of its input.
   *
   * @throws UsageException or IllegalArgumentException if the options do not fit
   */
  protected abstract Job plan(O options);

  @Override
  public final ExitCode run(List<String> args) throws Exception {
    Runners.check(name(), args);
    O options = CommandLine.parse(options(), Runners.withDefaults(args));
    // Or the job could not look for its input on any file system but the local one.
    FileSystems.setDefaultPipelineOptions(options);
    Job job = planned(options);
    if (options.getDryRun()) {
      job.describe().forEach(System.out::println);
      System.out.printf(
          "heap:    %,d MiB needed in each process, %,d MiB here%n",
          job.heapBytes() >> 20, Runtime.getRuntime().maxMemory() >> 20);
      return ExitCode.DONE;
    }
    if (Runners.isDirect(args)) {
      checkHeap(job);
    }
    long startNanos = System.nanoTime();
    try (EmbeddedServers servers = embedded(job)) {
      if (Runners.isDetached(args)) {
        PipelineResult handedOver =
            Release.after(() -> handOver(job, options, urlsOf(servers)), job);
        System.out.println(name() + ": handed over to the cluster, " + handedOver.getState());
        return ExitCode.DONE;
      }
      Summary summary =
          Release.after(
              () ->
                  job.hasPipeline()
                      ? run(job, options, urlsOf(servers), Runners.isInThisJvm(args))
                      : runWithoutPipeline(job, options, urlsOf(servers)),
              job);
      summary = summary.withMoreBadRecords(job.moreBadRecords());
      (job.hasPipeline() ? summary.lines() : summary.remarks()).forEach(System.out::println);
      if (options.getSummary() != null) {
        summary.writeTo(Path.of(options.getSummary()));
      }
      if (servers != null) {
        System.out.println(
            "  the embedded servers end now, with their data; 'servers' starts ones that stay");
      }
      return ExitCode.DONE;
    } catch (Exception | Error e) {
      try {
        if (options.getSummary() != null) {
          new Summary.Failed(
                  name(), (System.nanoTime() - startNanos) / 1e9, Failure.of(e).message())
              .writeTo(Path.of(options.getSummary()));
        }
      } catch (IOException notWritten) {
        e.addSuppressed(notWritten);
      }
      throw e;
    }
  }

  private PipelineResult handOver(Job job, O options, ServerUrls servers) throws Exception {
    Pipeline pipeline = Pipeline.create(options);
    List<Job.Output> unused = job.build(pipeline, servers);
    return pipeline.run();
  }

  private Summary run(Job job, O options, ServerUrls servers, boolean inThisJvm) throws Exception {
    long startNanos = System.nanoTime();
    Pipeline pipeline = Pipeline.create(options);
    List<Job.Output> outputs = job.build(pipeline, servers);
    PipelineResult result;
    ProgressLine progress = ProgressLine.start(System.err, inThisJvm, job.inputBytes());
    try {
      result = pipeline.run();
      result.waitUntilFinish();
    } finally {
      progress.close();
    }
    if (result.getState() != PipelineResult.State.DONE) {
      throw new JobFailedException(Failure.ofState(result.getState()));
    }
    job.complete();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    return Summary.of(name(), result, seconds, outputs, job.remarks(result));
  }

  private Summary runWithoutPipeline(Job job, O options, ServerUrls servers) throws Exception {
    long startNanos = System.nanoTime();
    List<Job.Output> unused = job.build(Pipeline.create(options), servers);
    job.complete();
    return Summary.withoutPipeline(name(), (System.nanoTime() - startNanos) / 1e9, job.report());
  }

  private Job planned(O options) {
    if (options.getMaxBadRecords() < 0) {
      throw new UsageException("--maxBadRecords must be >= 0, got " + options.getMaxBadRecords());
    }
    OutputPath.check("summary", options.getSummary());
    OutputPath.check("badRecords", options.getBadRecords());
    try {
      return plan(options);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkHeap(Job job) {
    long heap = Runtime.getRuntime().maxMemory();
    if (heap < job.heapBytes()) {
      throw new UsageException(
          "the DirectRunner needs a heap of %,d MiB for this, and this JVM has %,d MiB: give java -Xmx%dm, fewer readers (--targetParallelism), or run it on Flink: --runner=FlinkRunner"
              .formatted(job.heapBytes() >> 20, heap >> 20, job.heapBytes() >> 20));
    }
  }

  private static @Nullable EmbeddedServers embedded(Job job) {
    if (job.embeddedServers().isEmpty()) {
      return null;
    }
    System.err.println("starting the embedded servers; they end with this command");
    return EmbeddedServers.start(job.embeddedServers(), null);
  }

  private static ServerUrls urlsOf(@Nullable EmbeddedServers servers) {
    return servers == null
        ? ServerUrls.TO_COME
        : new ServerUrls(
            servers.jdbcUrl().orElse(ServerUrls.TO_COME.jdbcUrl()),
            servers.jdbcUser(),
            servers.elasticsearchUrl().orElse(ServerUrls.TO_COME.elasticsearchUrl()));
  }
}
