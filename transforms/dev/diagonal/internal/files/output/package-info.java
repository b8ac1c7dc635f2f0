/**
 * Writes output files that appear atomically, on local disks and on object stores. A run keeps its
 * unfinished files apart and removes them if it fails. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.files.output;
