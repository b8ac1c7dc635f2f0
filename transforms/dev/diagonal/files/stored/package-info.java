/** Names the files that a run reads and the run that its output files belong to. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files.stored;
