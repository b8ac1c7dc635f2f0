package dev.diagonal.simulation;

import java.util.List;

/** How large a simulated run is. */
interface Shape {

  /** Prepares a run. */
  Simulated in(World world);

  /** Returns smaller shapes, the smallest first. */
  List<? extends Shape> smaller();
}
