/** The command {@code load-edges}: its options, its inputs and its job. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.edges;
