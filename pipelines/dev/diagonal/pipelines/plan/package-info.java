/**
 * Runs tasks and groups of tasks in sequence or in parallel, and reads plans and mappings from
 * YAML. Validates a whole file and reports all mistakes with their line numbers.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.plan;
