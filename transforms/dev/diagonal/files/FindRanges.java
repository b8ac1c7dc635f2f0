package dev.diagonal.files;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.Pipes;
import java.util.List;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** Emits the ranges of files: of those that exist, or of all that arrive. */
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
    PCollection<FileRange> ranges =
        watch == null
            ? begin
                .apply(
                    "Patterns",
                    Create.of(List.of(patterns)).withCoder(ListCoder.of(StringUtf8Coder.of())))
                .apply("Cut", ParDo.of(new CutAllFn(plan)))
            : begin
                .apply("Watch", Read.from(new WatchedFiles(patterns, watch)))
                .apply("Once", ParDo.of(new EachOnceFn()))
                .apply("Cut", ParDo.of(new CutNewFn(plan)));
    return ranges.setCoder(FileRange.coder());
  }

  /** Emits all ranges of all files of one element. */
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
