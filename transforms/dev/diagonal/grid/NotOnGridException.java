package dev.diagonal.grid;

/** A record has no cell: an id is null or of no use, or a slot is out of range. */
public final class NotOnGridException extends RuntimeException {

  public NotOnGridException(String message) {
    super(message);
  }
}
