package dev.diagonal.elasticsearch.bulk;

/**
 * What is done with a document in its index. All operations are idempotent, so requests can be
 * repeated safely.
 */
public enum Operation {
  /** Indexes the document, replacing an earlier one with the same id. */
  INDEX("index"),

  /** Indexes the document unless one with the same id exists; that one is kept. */
  CREATE("create"),

  /** Replaces the fields of the source in an existing document; refused if there is none. */
  UPDATE("update"),

  /** Replaces the fields of the source in an existing document, or else indexes the source. */
  UPSERT("update"),

  /** Deletes the document if it exists. Its source is empty. */
  DELETE("delete");

  private final String action;

  Operation(String action) {
    this.action = action;
  }

  /** Returns the name of the action in a bulk request. */
  public String action() {
    return action;
  }

  /** Returns whether the operation replaces everything of an earlier document of the same id. */
  public boolean replacesAll() {
    return this == INDEX || this == DELETE;
  }

  /** Returns whether the source is wrapped in an object of the request. */
  public boolean isPartial() {
    return this == UPDATE || this == UPSERT;
  }
}
