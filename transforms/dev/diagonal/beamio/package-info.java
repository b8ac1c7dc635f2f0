/**
 * Takes connections that are configured for Beam's {@code JdbcIO} and {@code ElasticsearchIO}. Only
 * this package needs the jars of these connectors.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.beamio;
