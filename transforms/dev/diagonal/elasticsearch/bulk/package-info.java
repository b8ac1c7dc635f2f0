/**
 * Sends documents to Elasticsearch in bulk requests and checks the response of each item. Also
 * holds the connection and its settings.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.elasticsearch.bulk;
