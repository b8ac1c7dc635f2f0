/** What a transfer is to do: its specification, read from options or from a task of a plan. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.transfer.spec;
