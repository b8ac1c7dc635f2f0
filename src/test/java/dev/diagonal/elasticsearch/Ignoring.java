package dev.diagonal.elasticsearch;

import dev.diagonal.internal.elasticsearch.bulk.BulkListener;
import dev.diagonal.internal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.metrics.Written;

/** Expects that no document is refused. */
public final class Ignoring implements BulkListener<String> {

  public static final Ignoring INSTANCE = new Ignoring();

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
