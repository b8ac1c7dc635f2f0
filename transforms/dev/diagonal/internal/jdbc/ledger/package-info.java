/**
 * Runs transactions whose outcome the ledger proves. Holds the runs that they belong to. Internal:
 * it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.ledger;
