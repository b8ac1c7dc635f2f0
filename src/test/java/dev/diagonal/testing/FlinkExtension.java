package dev.diagonal.testing;

import dev.diagonal.pipelines.local.FlinkCluster;

/** Gives tests the {@link FlinkCluster} of two workers that all tests of this JVM share. */
public final class FlinkExtension extends SharedServerExtension<FlinkCluster> {

  public FlinkExtension() {
    // Jobs of tests are over before the optimizing compiler has paid off.
    super(
        FlinkCluster.class,
        () -> FlinkCluster.configure().withJvmOption("-XX:TieredStopAtLevel=1").start(2));
  }
}
