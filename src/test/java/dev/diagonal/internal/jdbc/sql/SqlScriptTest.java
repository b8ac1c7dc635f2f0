package dev.diagonal.internal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlScriptTest {

  @Test
  void cutsAtSemicolons() {
    assertThat(SqlScript.statements("vacuum t; -- none here; \n\n create index i on t (a);;"))
        .containsExactly("vacuum t", "-- none here; \n\n create index i on t (a)");
    assertThat(SqlScript.statements(" -- nothing\n/* at; all */ ")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'a;''b'",
        "SELECT E'a\\';b'",
        "SELECT 'a\\', 1",
        "SELECT \"a;b\"",
        "SELECT /* a; /* b; */ c; */ 1",
        "DO $$ BEGIN; END $$",
        "DO $x$ $$; $y$ ; $x$",
        "SELECT a$b$c, d$b$e",
        "SELECT 1 -- a; b"
      })
  void leavesOneStatementWhole(String statement) {
    assertThat(SqlScript.statements(statement + "\n; SELECT 2")).hasSize(2).contains(statement);
  }

  @Test
  void doublesQuestionMarksThatAreOperators() {
    assertThat(SqlScript.forDriver("a ? 'b?' AND c ?? \"d?\" -- e?"))
        .isEqualTo("a ?? 'b?' AND c ???? \"d?\" -- e?");
  }

  @Test
  void bracketsAQueryThatEndsInAComment() {
    assertThat(SqlScript.bracketed("SELECT 1; -- all\n")).isEqualTo("(SELECT 1\n)");
    assertThat(SqlScript.bracketed("SELECT 1 -- all")).isEqualTo("(SELECT 1 -- all\n)");
    assertThat(SqlScript.bracketed("SELECT 1; SELECT 2")).isEqualTo("(SELECT 1; SELECT 2\n)");
  }
}
