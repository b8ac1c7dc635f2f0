/**
 * The binary format of PostgreSQL's COPY: how each type is encoded and decoded. Internal: it may
 * change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.copy;
