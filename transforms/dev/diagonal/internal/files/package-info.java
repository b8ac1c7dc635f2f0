/**
 * Reads the first lines of files before a pipeline starts. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.files;
