/**
 * The real servers that demos and tests run against: PostgreSQL and Elasticsearch as child
 * processes that end with this JVM. Nothing imports this package: {@code cli} loads it by name, as
 * the bundled jar has no servers. Imports {@code cli} and nothing else of Diagonal. The sample data
 * and the demo are here too.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.local;
