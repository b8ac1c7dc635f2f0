/**
 * What a transfer does with columns: the mapping, the types of columns, and what columns are in a
 * document.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.mapping;
