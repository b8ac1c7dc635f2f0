/**
 * The PostgreSQL and Elasticsearch servers of demos and tests, as child processes that end with
 * this JVM. Also holds the demo and its sample data. No other package refers to this one: {@code
 * pipelines.servers} loads it by name, because the bundled jar does not contain it.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.local;
