package dev.diagonal.internal.transfer;

import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.transfer.mapping.Mapping;

/** Plans the conversion of a source's rows. */
public final class SourceConversion {

  private SourceConversion() {}

  /**
   * Returns how the rows of a source are converted.
   *
   * @throws IllegalArgumentException if the mapping does not fit the source
   */
  public static ConversionPlan plan(BlockSource source, Mapping mapping, boolean refusesNul) {
    ConversionPlan plan =
        new ConversionPlan(
            source.blockType(),
            source.declared(),
            mapping,
            source.readsBytes(),
            refusesNul,
            source.guesses());
    plan.check();
    return plan;
  }
}
