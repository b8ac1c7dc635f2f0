/**
 * Writes the report of a run: one HTML page with its charts and its data. Gets figures and text,
 * and knows no command; may import {@code pipelines.progress} and the counters of the transforms.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.report;
