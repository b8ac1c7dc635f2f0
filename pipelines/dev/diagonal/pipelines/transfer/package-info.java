/** The command {@code transfer}: its options, its plans and its job. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.transfer;
