/** Writes text files and dead-letter files. Each file appears atomically. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.textfile;
