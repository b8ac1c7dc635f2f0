package dev.diagonal.internal.jdbc.dialect;

/**
 * A column of an existing table.
 *
 * @param type as the database shows it
 * @param notNull whether it refuses null
 * @param generated whether it is computed, so that it cannot be written
 */
public record StoredColumn(String name, String type, boolean notNull, boolean generated) {}
