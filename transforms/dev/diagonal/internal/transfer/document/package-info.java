/**
 * Columns with a special role or a check in documents: versions, keywords and whole numbers.
 * Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.document;
