package dev.diagonal.rows;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A named column of rows.
 *
 * @param name its name, exactly as in the source or the target
 * @param type the type of its values, which may all be null
 * @param size the digits of a decimal, or null for any number of them
 */
public record Field(String name, FieldType type, @Nullable DecimalSize size)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if {@code name} is blank
   */
  public Field {
    checkArgument(!name.isBlank(), "the name of a column must not be blank, got '%s'", name);
  }

  public Field(String name, FieldType type) {
    this(name, type, null);
  }

  /** Returns the PostgreSQL type of a column that is created for it. */
  public String sqlType() {
    return size == null ? type.sqlType() : type.sqlType() + size;
  }
}
