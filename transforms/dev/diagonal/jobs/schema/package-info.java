/** The tables of the batch job: their names, their columns and the SQL scripts that create them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jobs.schema;
