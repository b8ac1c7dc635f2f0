/** The files that a job reads and writes, and the checks that they do not conflict. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.jobfiles;
