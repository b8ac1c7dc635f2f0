package dev.diagonal.jdbc.table;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {

  private static final Column ID = Column.key("id", "bigint");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "schema.",
        ".table",
        "a table of a name that has more bytes than postgresql ever allows"
      })
  void refusesInvalidIdentifiers(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Table.of(name, ID))
        .withMessageStartingWith("table name must have 1 to 63 bytes");
  }

  @Test
  void refusesNamesOfThreeParts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Table.of("database.schema.table", ID))
        .withMessage("table name must be 'table' or 'schema.table', got 'database.schema.table'");
  }

  @Test
  void refusesTwoColumnsOfOneName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Table.of("t", ID, Column.of("id", "text")))
        .withMessageStartingWith("columns of table t must have different names");
  }

  @Test
  void refusesToBeWithoutAColumn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Table.of("t"))
        .withMessage("table t must have a column, got none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "int; DROP TABLE t", "int -- ", "int 'x'", "\"int", "\"\""})
  void refusesTypesThatAreNone(String type) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Column.of("c", type))
        .withMessage("type of column c must be an SQL type, got " + type);
  }
}
