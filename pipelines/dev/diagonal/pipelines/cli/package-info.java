/**
 * What every command shares: how options are read, what is shown while a job runs and after it, and
 * where the servers come from when none are given. May import everything below {@code pipelines}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.cli;
