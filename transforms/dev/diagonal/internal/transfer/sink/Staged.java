package dev.diagonal.internal.transfer.sink;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.transfer.source.BlockSource;
import java.util.List;

/**
 * A stage to be published.
 *
 * @param table the target and its stage
 * @param source the origin of the rows, for messages
 * @param refused receives the rows that the target refuses
 */
public record Staged(StagedTable table, BlockSource source, Refused refused) {

  /** Receives the rows that a target refuses when its stage is published. */
  public interface Refused {

    /** Returns how many rows may be refused; with more of them the publication fails. */
    long most();

    /**
     * Receives all refused rows, before the publication is committed. If it throws, nothing is
     * published. Called again if the publication is retried.
     */
    void take(List<DeadLetter> rows);
  }
}
