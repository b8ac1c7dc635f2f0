/** Describes databases, opens connections to them, and configures the ledger of plain inserts. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.connection;
