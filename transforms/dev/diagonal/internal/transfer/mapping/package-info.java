/** Converts blocks of rows by a mapping. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.mapping;
