package dev.diagonal.simulation;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Which faults may strike in a run, and how many in all.
 *
 * @param intensities by what to multiply the probability of each fault; absent for never
 * @param most how many faults strike at most
 */
record FaultPlan(Map<Fault, Double> intensities, int most) {

  private static final int MOST = 25;

  /** Draws about half of the faults. */
  static FaultPlan draw(SplittableRandom random) {
    Map<Fault, Double> intensities = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      if (random.nextBoolean()) {
        intensities.put(fault, 0.3 + 1.4 * random.nextDouble());
      }
    }
    return new FaultPlan(intensities, MOST);
  }

  double intensity(Fault fault) {
    return intensities.getOrDefault(fault, 0.0);
  }

  FaultPlan without(Fault fault) {
    Map<Fault, Double> fewer = new EnumMap<>(Fault.class);
    fewer.putAll(intensities);
    fewer.remove(fault);
    return new FaultPlan(fewer, most);
  }

  FaultPlan atMost(int faults) {
    return new FaultPlan(intensities, faults);
  }

  Set<Fault> faults() {
    Set<Fault> enabled = EnumSet.noneOf(Fault.class);
    enabled.addAll(intensities.keySet());
    return enabled;
  }
}
