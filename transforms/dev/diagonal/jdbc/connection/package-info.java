/** Names databases, opens connections to them, and sets the ledger of plain inserts. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.connection;
