package dev.diagonal.files;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.block.SpreadParts;
import dev.diagonal.internal.files.stored.Pipes;
import java.util.List;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Emits the ranges of files, of those that exist, or of all that arrive, spread over the workers.
 */
final class FindRanges extends PTransform<PBegin, PCollection<FileRange>> {

  private final List<String> patterns;
  private final @Nullable FileWatch watch;
  private final RangePlan plan;

  /**
   * @param watch null to read the files that exist
   */
  FindRanges(List<String> patterns, @Nullable FileWatch watch, RangePlan plan) {
    this.patterns = patterns;
    this.watch = watch;
    this.plan = plan;
  }

  @Override
  public PCollection<FileRange> expand(PBegin begin) {
    Pipes.allow(patterns);
    if (watch == null) {
      return begin.apply("Cut", SpreadParts.of(new CutAll(patterns, plan), FileRange.coder()));
    }
    return begin
        .apply("Watch", Read.from(new WatchedFiles(patterns, watch)))
        .apply("Once", ParDo.of(new EachOnceFn()))
        .apply("Cut", ParDo.of(new CutNewFn(plan)))
        .setCoder(FileRange.coder())
        .apply("Spread", Reshuffle.viaRandomKey());
  }

  /** Finds all ranges of all files that exist. */
  private record CutAll(List<String> patterns, RangePlan plan)
      implements SpreadParts.Finder<FileRange> {
    @Override
    public List<FileRange> find() {
      return plan.cut(InputFiles.matching(patterns));
    }
  }

  /** Emits the ranges of one file. */
  private static final class CutNewFn extends DoFn<KV<String, InputFile>, FileRange> {
    private final RangePlan plan;

    CutNewFn(RangePlan plan) {
      this.plan = plan;
    }

    @ProcessElement
    public void cut(@Element KV<String, InputFile> file, OutputReceiver<FileRange> ranges) {
      plan.cut(new InputFiles(List.of(file.getValue()))).forEach(ranges::output);
    }
  }
}
