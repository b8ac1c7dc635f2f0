/** The commands, one class each, and {@link dev.diagonal.pipelines.Main}, which runs them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines;
