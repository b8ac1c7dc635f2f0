/**
 * Columns of rows that need a check or have a meaning of their own in documents: versions, keywords
 * and whole numbers. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.document;
