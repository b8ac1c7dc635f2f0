package dev.diagonal.rows;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * A named column of rows.
 *
 * @param name its name, exactly as the source or the target has it
 * @param type what its values are; any of them may be null
 */
public record Field(String name, FieldType type) implements Serializable {

  /**
   * @throws IllegalArgumentException if {@code name} is blank
   */
  public Field {
    checkArgument(!name.isBlank(), "the name of a column must not be blank, got '%s'", name);
  }
}
