/**
 * The embedded defaults for a laptop: real servers and sample data. Loaded by name only, because
 * the bundled jar does not have this package.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.local;
