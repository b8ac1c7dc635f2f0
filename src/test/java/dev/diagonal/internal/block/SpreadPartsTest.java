package dev.diagonal.internal.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithTimestamps;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class SpreadPartsTest {

  /** The numbers below a limit. */
  private record Below(int limit) implements SpreadParts.Finder<Integer> {
    @Override
    public List<Integer> find() {
      return IntStream.range(0, limit).boxed().toList();
    }
  }

  private static final SpreadParts<Integer> PARTS =
      SpreadParts.of(new Below(100), VarIntCoder.of());

  @Test
  void everyPartIsEmittedOnceOnDirectRunner() {
    Pipeline pipeline = Pipeline.create(direct());

    PCollection<Integer> parts = pipeline.apply(PARTS);

    PAssert.that(parts).containsInAnyOrder(new Below(100).find());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void everyPartIsEmittedOnceOnFlink() {
    FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
    options.setRunner(FlinkRunner.class);
    options.setFlinkMaster("[local]");
    options.setParallelism(2);
    Pipeline pipeline = Pipeline.create(options);

    PCollection<Integer> parts = pipeline.apply(PARTS);

    PAssert.that(parts).containsInAnyOrder(new Below(100).find());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void partsWaitForTheirSignal() {
    Pipeline pipeline = Pipeline.create(direct());

    PCollection<Integer> parts = pipeline.apply(PARTS.after(pipeline.apply(Create.of("done"))));

    PAssert.that(parts).containsInAnyOrder(new Below(100).find());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void partsAreAsEarlyAsTheStart() {
    Pipeline pipeline = Pipeline.create(direct());
    SpreadParts<Integer> parts = SpreadParts.of(new Below(10), VarIntCoder.of());

    PCollection<Long> counted =
        pipeline
            .apply(parts)
            .apply(WithTimestamps.of(part -> new Instant(part * 1_000L)))
            .apply(Window.into(FixedWindows.of(Duration.standardSeconds(5))))
            .apply(Combine.globally(Count.<Integer>combineFn()).withoutDefaults());

    PAssert.that(counted).containsInAnyOrder(5L, 5L);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void onlyDirectRunnerGroupsByPart() {
    PipelineOptions flink = PipelineOptionsFactory.create();
    flink.setRunner(FlinkRunner.class);

    assertThat(transforms(direct()))
        .contains(GroupByKey.class)
        .doesNotContain(Reshuffle.ViaRandomKey.class);
    assertThat(transforms(flink)).contains(Reshuffle.ViaRandomKey.class);
  }

  private static PipelineOptions direct() {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(DirectRunner.class);
    return options;
  }

  private static Set<Class<?>> transforms(PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Integer> unused = pipeline.apply(PARTS);
    Set<Class<?>> transforms = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getTransform() != null) {
              transforms.add(node.getTransform().getClass());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }

          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            transforms.add(node.getTransform().getClass());
          }
        });
    return transforms;
  }
}
