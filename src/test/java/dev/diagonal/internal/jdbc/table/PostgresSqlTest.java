package dev.diagonal.internal.jdbc.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import org.junit.jupiter.api.Test;

class PostgresSqlTest {

  private static final Table RATINGS =
      Table.of(
          "movies.ratings",
          Column.key("movie_id", "bigint"),
          Column.of("rating_sum", "numeric(12, 3)"),
          Column.key("year", "int"));

  @Test
  void createsWithAPrimaryKey() {
    assertThat(PostgresSql.create(RATINGS))
        .isEqualTo(
            "CREATE TABLE IF NOT EXISTS \"movies\".\"ratings\" (\"movie_id\" bigint,"
                + " \"rating_sum\" numeric(12, 3), \"year\" int,"
                + " PRIMARY KEY (\"movie_id\", \"year\"))");
    assertThat(PostgresSql.create(RATINGS.withFillfactor(50)))
        .endsWith("PRIMARY KEY (\"movie_id\", \"year\")) WITH (fillfactor = 50)");
  }

  @Test
  void createsWithoutAKey() {
    assertThat(PostgresSql.create(Table.of("log", Column.of("line", "text"))))
        .isEqualTo("CREATE TABLE IF NOT EXISTS \"log\" (\"line\" text)");
  }

  @Test
  void quotesWhatWouldEndAName() {
    assertThat(PostgresSql.quoteTable("my \"schema\".drop table"))
        .isEqualTo("\"my \"\"schema\"\"\".\"drop table\"");
  }

  @Test
  void literalsKeepQuotesAndBackslashes() {
    assertThat(PostgresSql.literal("it's")).isEqualTo("'it''s'");
    assertThat(PostgresSql.literal("a\\'b")).isEqualTo("E'a\\\\''b'");
  }
}
