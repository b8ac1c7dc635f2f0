/**
 * The settings of the ledger that records which batches are written. Runs transactions whose
 * outcome the ledger proves.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.ledger;
