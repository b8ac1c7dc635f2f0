/** Compares files with the checksums of an earlier load. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.relationships;
