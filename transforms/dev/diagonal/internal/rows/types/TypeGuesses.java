package dev.diagonal.internal.rows.types;

import java.io.Serializable;
import java.util.List;

/**
 * The types guessed from the first records of a source.
 *
 * @param columns of the source, in order
 * @param marksNumbers whether the source itself distinguishes numbers from texts, as JSON does
 */
public record TypeGuesses(List<ColumnGuess> columns, boolean marksNumbers) implements Serializable {

  public TypeGuesses {
    columns = List.copyOf(columns);
  }
}
