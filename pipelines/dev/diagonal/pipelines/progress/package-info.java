/**
 * Shows how far a run has got, and samples it for its report: counts, memory, processor time. Knows
 * no options and no runner; may import counters of the transforms.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.progress;
