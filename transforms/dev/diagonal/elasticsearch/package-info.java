/**
 * Indexing into Elasticsearch: the target, documents as bytes, bulk requests whose items are looked
 * at one by one, and the creation and refresh of an index. May import {@code write}, {@code block}
 * and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.elasticsearch;
