/** The tables of the batch job. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jobs.schema;
