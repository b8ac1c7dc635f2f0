package dev.diagonal.internal.transfer.receipt;

import java.io.Serializable;

/**
 * A column of rows and how its values are compared.
 *
 * @param index its position in the rows
 * @param kind the canonical form of its values
 * @param length the length that its texts are padded to in characters, for {@code PADDED}
 */
public record ComparedColumn(int index, Canonical kind, int length) implements Serializable {

  /** Returns the same column at another position. */
  public ComparedColumn at(int place) {
    return new ComparedColumn(place, kind, length);
  }
}
