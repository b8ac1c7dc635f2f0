/** Talks to a Flink cluster over its REST API: submission, job state, metrics and restarts. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.flink;
