/** The command {@code transfer}: one transfer, all tables of a schema, or a plan of tasks. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.transfer;
