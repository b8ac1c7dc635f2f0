/**
 * Collects what a dry run finds: what servers answer, the first rows, and what a run would refuse.
 * Knows no options and no servers; may import the engine's tables and rows.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.dryrun;
