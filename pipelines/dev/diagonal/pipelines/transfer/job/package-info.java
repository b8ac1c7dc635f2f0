/** The job of one transfer: opens its source and sinks, builds its pipeline, and completes it. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.transfer.job;
