/** The binary format of PostgreSQL's COPY: how each type is encoded and decoded. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.copy;
