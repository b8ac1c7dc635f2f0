package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalElasticsearch;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the {@link SearchServer} that all tests of this JVM share: Elasticsearch, or
 * OpenSearch in a class that is {@link OnOpenSearch}. A test class that another one extends runs on
 * both.
 */
public final class SearchServerExtension implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SearchServer.class;
  }

  @Override
  public SearchServer resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getRequiredTestClass().isAnnotationPresent(OnOpenSearch.class)
        ? SharedServerExtension.shared(context, LocalOpenSearch.class, LocalOpenSearch::start)
        : SearchServer.of(
            SharedServerExtension.shared(
                context, LocalElasticsearch.class, LocalElasticsearch::start));
  }
}
