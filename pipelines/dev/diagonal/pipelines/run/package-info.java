/**
 * Runs a job on the DirectRunner or on Flink: shows progress, prints the summary and explains
 * failures.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.run;
