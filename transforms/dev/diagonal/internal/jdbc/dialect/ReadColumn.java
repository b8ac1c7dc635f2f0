package dev.diagonal.internal.jdbc.dialect;

import dev.diagonal.rows.Field;
import java.io.Serializable;

/**
 * How a column is read.
 *
 * @param field its name and type in rows
 * @param expression what selects it
 */
public record ReadColumn(Field field, String expression) implements Serializable {}
