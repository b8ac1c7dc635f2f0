/** The tables of the batch job: their names and the types of their numbers. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jobs.schema;
