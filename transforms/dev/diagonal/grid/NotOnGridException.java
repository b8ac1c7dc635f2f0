package dev.diagonal.grid;

/** Thrown when a record has no cell: an id is null or invalid, or a slot is out of range. */
public final class NotOnGridException extends RuntimeException {

  public NotOnGridException(String message) {
    super(message);
  }
}
