package dev.diagonal.elasticsearch.bulk;

/**
 * What is done with a document in its index. Doing it again changes nothing, whichever it is: that
 * is what makes repeated requests harmless.
 */
public enum Operation {
  /** Puts the document there, in place of an earlier one of its id. */
  INDEX("index"),

  /** Puts the document there unless there is one of its id: then that one stays. */
  CREATE("create"),

  /** Replaces the fields that the source has in a document that is there; refused if none is. */
  UPDATE("update"),

  /** Replaces the fields that the source has, or puts it there as the whole document. */
  UPSERT("update"),

  /** Removes the document, if it is there. Its source is empty. */
  DELETE("delete");

  private final String action;

  Operation(String action) {
    this.action = action;
  }

  /** The name of the action in a bulk request. */
  public String action() {
    return action;
  }

  /** Whether nothing of an earlier document of the same id is left after it. */
  public boolean replacesAll() {
    return this == INDEX || this == DELETE;
  }

  /** Whether the source stands inside an object of the request. */
  public boolean isPartial() {
    return this == UPDATE || this == UPSERT;
  }
}
