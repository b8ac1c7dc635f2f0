package dev.diagonal.elasticsearch;

import dev.diagonal.write.Written;

/** Expects that no document is refused. */
final class Ignoring implements BulkListener<String> {

  static final Ignoring INSTANCE = new Ignoring();

  private Ignoring() {}

  @Override
  public void indexed(String place, int documents) {}

  @Override
  public void refused(String place, RefusedDocument document) {
    throw new AssertionError(document.describe());
  }

  @Override
  public void ended(String first, Written account) {}
}
