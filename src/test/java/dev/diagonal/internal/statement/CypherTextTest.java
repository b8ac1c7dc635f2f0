package dev.diagonal.internal.statement;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CypherTextTest {

  private static final List<String> COLUMNS = List.of("source", "birth date");

  @Test
  void acceptsColumnsOfTheRows() {
    assertThatCode(
            () ->
                CypherText.check(
                    "UNWIND $rows AS row // row.other $x\n"
                        + "MERGE (a {id: row.source, `row.b`: row.`birth date`, c: 'row.d $e'})",
                    COLUMNS))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesAnUnknownParameter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CypherText.check("UNWIND $batch AS row CREATE ()", COLUMNS))
        .withMessage(
            "the statement has the parameter $batch; the only one allowed is $rows, the list of all rows"
                + " of a batch");
  }

  @Test
  void refusesAStatementWithoutRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CypherText.check("CREATE (:N)", COLUMNS))
        .withMessageContaining("start with UNWIND $rows AS row");
  }

  @Test
  void refusesAMissingColumn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CypherText.check("unwind $rows as r MERGE (:N {id: r.sorce})", COLUMNS))
        .withMessage(
            "the statement reads r.sorce, but the rows have the columns source, birth date");
  }
}
