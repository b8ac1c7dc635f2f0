package dev.diagonal.rows.types;

import java.io.Serializable;
import java.util.List;

/**
 * The types that the first records of a source show.
 *
 * @param columns of the source, in order
 * @param marksNumbers whether the source itself tells numbers from texts, as JSON does
 */
public record TypeGuesses(List<ColumnGuess> columns, boolean marksNumbers) implements Serializable {

  public TypeGuesses {
    columns = List.copyOf(columns);
  }
}
