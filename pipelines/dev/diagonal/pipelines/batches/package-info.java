/** The command {@code rating-batches}: its options and the steps of its job. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.batches;
