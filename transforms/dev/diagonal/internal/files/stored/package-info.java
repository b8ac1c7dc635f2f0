/**
 * Lists and opens files as they are stored, decompresses them, finds their line ends, and checks
 * that they have not changed since. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.files.stored;
