package dev.diagonal.elasticsearch;

import dev.diagonal.testing.OnOpenSearch;

/** The tests of {@link IndexDocumentsFaultsIT} on OpenSearch. */
@OnOpenSearch
final class IndexDocumentsFaultsOnOpenSearchIT extends IndexDocumentsFaultsIT {}
