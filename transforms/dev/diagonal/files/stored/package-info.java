/**
 * Files as they are stored: lists and opens them, decompresses them, and checks that they have not
 * changed since.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.files.stored;
