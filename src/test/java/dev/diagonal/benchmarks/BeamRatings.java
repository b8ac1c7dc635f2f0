package dev.diagonal.benchmarks;

import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * The rival: what a user of Beam writes first, a line becoming a pair becoming a mean by key.
 * {@code <input> <output> [Beam option …]}.
 */
final class BeamRatings {

  private BeamRatings() {}

  private static final class ParseFn extends DoFn<String, KV<Long, Double>> {
    @ProcessElement
    public void parse(@Element String line, OutputReceiver<KV<Long, Double>> output) {
      if (!line.startsWith("userId")) {
        List<String> fields = Arrays.asList(line.split(","));
        output.output(KV.of(Long.valueOf(fields.get(1)), Double.valueOf(fields.get(2))));
      }
    }
  }

  public static void main(String[] args) {
    String[] options = Arrays.copyOfRange(args, 2, args.length);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    pipeline
        .apply(TextIO.read().from(args[0]))
        .apply(ParDo.of(new ParseFn()))
        .apply(Combine.perKey(Mean.of()))
        .apply(
            MapElements.into(TypeDescriptors.strings())
                .via(mean -> mean.getKey() + "," + mean.getValue()))
        .apply(TextIO.write().to(args[1]).withoutSharding());
    PipelineResult.State state = pipeline.run().waitUntilFinish();
    System.exit(state == PipelineResult.State.DONE ? 0 : 1);
  }
}
