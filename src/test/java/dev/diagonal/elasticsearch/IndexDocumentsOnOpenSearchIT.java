package dev.diagonal.elasticsearch;

import dev.diagonal.testing.OnOpenSearch;

/** The tests of {@link IndexDocumentsIT} on OpenSearch. */
@OnOpenSearch
final class IndexDocumentsOnOpenSearchIT extends IndexDocumentsIT {}
