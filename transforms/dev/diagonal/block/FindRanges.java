package dev.diagonal.block;

import dev.diagonal.block.InputFiles.InputFile;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Contextful;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Requirements;
import org.apache.beam.sdk.transforms.Watch;
import org.apache.beam.sdk.transforms.Watch.Growth;
import org.apache.beam.sdk.transforms.Watch.Growth.PollFn;
import org.apache.beam.sdk.transforms.Watch.Growth.PollResult;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** The ranges of the files of a source: of those that are there, or of all that come. */
final class FindRanges extends PTransform<PBegin, PCollection<FileRange>> {

  private final ReadBlocks.Source source;
  private final RangePlan plan;

  FindRanges(ReadBlocks.Source source, RangePlan plan) {
    this.source = source;
    this.plan = plan;
  }

  @Override
  public PCollection<FileRange> expand(PBegin begin) {
    PCollection<List<String>> patterns =
        begin.apply(
            "Patterns",
            Create.of(List.of(source.patterns())).withCoder(ListCoder.of(StringUtf8Coder.of())));
    Duration interval = source.pollInterval();
    PCollection<FileRange> ranges =
        interval == null
            ? patterns.apply("Cut", ParDo.of(new CutAllFn(plan)))
            : patterns.apply("Watch", watch(interval)).apply("Cut", ParDo.of(new CutNewFn(plan)));
    return ranges.setCoder(new FileRange.RangeCoder());
  }

  /** Each new file by its name, with its size. */
  private Growth<List<String>, KV<String, Long>, String> watch(Duration interval) {
    Duration idle = source.idleTime();
    return Watch.<List<String>, KV<String, Long>, String>growthOf(
            Contextful.of(new LookFn(), Requirements.empty()), KV::getKey)
        .withPollInterval(interval)
        .withTerminationPerInput(
            idle == null ? Growth.never() : Growth.afterTimeSinceNewOutput(idle))
        .withOutputCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
        .withOutputKeyCoder(StringUtf8Coder.of());
  }

  private static final class LookFn extends PollFn<List<String>, KV<String, Long>> {
    @Override
    public PollResult<KV<String, Long>> apply(List<String> patterns, Context context) {
      return PollResult.incomplete(
          Instant.now(),
          InputFiles.matchingIfAny(patterns).files().stream()
              .map(file -> KV.of(file.name(), file.bytes()))
              .toList());
    }
  }

  /** All ranges of all files of one element. */
  private static final class CutAllFn extends DoFn<List<String>, FileRange> {
    private final RangePlan plan;

    CutAllFn(RangePlan plan) {
      this.plan = plan;
    }

    @ProcessElement
    public void cut(@Element List<String> patterns, OutputReceiver<FileRange> ranges) {
      plan.cut(InputFiles.matching(patterns)).forEach(ranges::output);
    }
  }

  /** The ranges of one file. */
  private static final class CutNewFn extends DoFn<KV<List<String>, KV<String, Long>>, FileRange> {
    private final RangePlan plan;

    CutNewFn(RangePlan plan) {
      this.plan = plan;
    }

    @ProcessElement
    public void cut(
        @Element KV<List<String>, KV<String, Long>> found, OutputReceiver<FileRange> ranges) {
      KV<String, Long> file = found.getValue();
      plan.cut(new InputFiles(List.of(InputFile.of(file.getKey(), file.getValue()))))
          .forEach(ranges::output);
    }
  }
}
