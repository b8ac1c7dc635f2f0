/**
 * Sends documents to Elasticsearch in bulk requests and checks the response of each item. Holds the
 * connection. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.elasticsearch.bulk;
