/**
 * Writes output files that appear atomically, on local disks and on object stores. A run keeps its
 * unfinished files apart and removes them if it fails.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files.output;
