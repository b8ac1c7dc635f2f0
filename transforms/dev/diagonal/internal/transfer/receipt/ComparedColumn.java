package dev.diagonal.internal.transfer.receipt;

import java.io.Serializable;

/**
 * A column of rows and how its values are compared.
 *
 * @param index its place in the rows
 * @param kind the canonical form of its values
 * @param length how many characters its texts are padded to, if {@code kind} says so
 */
public record ComparedColumn(int index, Canonical kind, int length) implements Serializable {

  /** Returns the same column at another place. */
  public ComparedColumn at(int place) {
    return new ComparedColumn(place, kind, length);
  }
}
