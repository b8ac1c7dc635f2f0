/** Writes dead letters to a file outside a pipeline. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.textfile;
