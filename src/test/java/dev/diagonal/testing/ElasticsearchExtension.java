package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalElasticsearch;

/** Gives tests the {@link LocalElasticsearch} that all tests of this JVM share. */
public final class ElasticsearchExtension extends SharedServerExtension<LocalElasticsearch> {

  public ElasticsearchExtension() {
    super(LocalElasticsearch.class, LocalElasticsearch::start);
  }
}
