/**
 * Starts the embedded servers if no others are given. Loads {@code pipelines.local} by name,
 * because the bundled jar does not contain it.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.servers;
