/**
 * What goes wrong, and what becomes of it: bad records, their dead letters, and bounded retries.
 * Imports nothing else of Diagonal.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.fault;
