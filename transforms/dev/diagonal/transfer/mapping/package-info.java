/**
 * How a transfer converts columns: the mapping, the types of columns, and the columns of documents.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.mapping;
