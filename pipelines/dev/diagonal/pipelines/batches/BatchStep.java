package dev.diagonal.pipelines.batches;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The steps of {@link RatingBatches}, in order. */
enum BatchStep {
  LOAD,
  PLAN,
  WORK,
  PUBLISH,
  STATUS;

  /** Returns its name as users write it. */
  String optionName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the steps that the options select, or the default ones.
   *
   * @throws IllegalArgumentException if a step does not exist
   */
  static Set<BatchStep> of(RatingBatchesOptions options) {
    List<String> given = options.getSteps();
    if (given == null) {
      if (options.getBatchId() > 0) {
        return EnumSet.of(BatchStep.WORK);
      }
      EnumSet<BatchStep> usual = EnumSet.of(BatchStep.PLAN, BatchStep.WORK, BatchStep.PUBLISH);
      if (options.getInput() != null) {
        usual.add(BatchStep.LOAD);
      }
      return usual;
    }
    EnumSet<BatchStep> steps = EnumSet.noneOf(BatchStep.class);
    for (String name : given) {
      steps.add(
          Arrays.stream(BatchStep.values())
              .filter(step -> step.optionName().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--steps takes any of load, plan, work, publish, status, got '%s'"
                              .formatted(name))));
    }
    return steps;
  }
}
