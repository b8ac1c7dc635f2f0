package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/** A command of the tests: hands the things it is given to a DoFn. Notes what is asked of it. */
final class PaintCommand extends PipelineCommand<ColourOptions> {

  private final DoFn<String, Void> fn;
  private final long heapBytes;
  private final List<String> done = new ArrayList<>();

  PaintCommand() {
    this(new DryFn(), 0);
  }

  PaintCommand(DoFn<String, Void> fn, long heapBytes) {
    this.fn = fn;
    this.heapBytes = heapBytes;
  }

  /** Returns what has been done: built, completed. */
  List<String> done() {
    return done;
  }

  @Override
  public String name() {
    return "paint";
  }

  @Override
  public String summary() {
    return "paint things";
  }

  @Override
  public Class<ColourOptions> options() {
    return ColourOptions.class;
  }

  @Override
  protected Job plan(ColourOptions options) {
    if (options.getCoats() < 1) {
      throw new IllegalArgumentException("--coats must be >= 1, got " + options.getCoats());
    }
    return new PaintJob(options.getThings());
  }

  private final class PaintJob implements Job {
    private final List<String> things;

    PaintJob(List<String> things) {
      this.things = things;
    }

    @Override
    public List<String> describe() {
      return List.of("paints:  " + things);
    }

    @Override
    public long inputBytes() {
      return 0;
    }

    @Override
    public long heapBytes() {
      return heapBytes;
    }

    @Override
    public Set<EmbeddedServers.Kind> embeddedServers() {
      return Set.of();
    }

    @Override
    public List<Output> build(Pipeline pipeline, ServerUrls servers) {
      done.add("built");
      pipeline.apply("Things", Create.of(things)).apply("Paint", ParDo.of(fn));
      return List.of(new Output("wall", "Paint", "the wall"));
    }

    @Override
    public void complete() {
      done.add("completed");
    }
  }

  /** Paints with water. */
  static final class DryFn extends DoFn<String, Void> {
    @ProcessElement
    public void process() {}
  }
}
