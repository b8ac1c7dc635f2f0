/**
 * Upserts relationships and updates the counters at both of their ends, in one transaction per
 * batch.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.relationships;
