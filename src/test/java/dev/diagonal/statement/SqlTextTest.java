package dev.diagonal.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SqlTextTest {

  private static final List<String> COLUMNS = List.of("source", "target");

  @Test
  void findsNamedParameters() {
    SqlText text = SqlText.of("INSERT INTO knows VALUES (:target, :source, :target);", COLUMNS);
    assertThat(text.sql()).isEqualTo("INSERT INTO knows VALUES (?, ?, ?)");
    assertThat(text.columns()).containsExactly(1, 0, 1);
  }

  @Test
  void takesUnnamedParametersInOrder() {
    assertThat(SqlText.of("SELECT unnest(?, ?)", COLUMNS).columns()).containsExactly(0, 1);
  }

  @Test
  void leavesQuotesCommentsAndCastsAlone() {
    String sql =
        "SELECT ':source', \":target\", $$ :source ? $$, x::text, a ?? b -- :target\n /* :source */";
    assertThat(SqlText.of(sql + ", :source", COLUMNS).sql()).isEqualTo(sql + ", ?");
  }

  @Test
  void refusesAnUnknownParameter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SqlText.of("SELECT :sorce", COLUMNS))
        .withMessage(
            "the statement has the parameter :sorce, but the rows have the columns source, target");
  }

  @Test
  void refusesAnotherNumberOfUnnamedParameters() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SqlText.of("SELECT ?", COLUMNS))
        .withMessage(
            "the statement has 1 parameter(s) without a name, but the rows have the 2 columns"
                + " source, target: name all parameters, such as :source, :target");
  }

  @Test
  void refusesAStatementWithoutParameters() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SqlText.of("SELECT 1", COLUMNS))
        .withMessageContaining("has no parameter");
  }
}
