package dev.diagonal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresSqlTest {

  private static final Table RATINGS =
      Table.of(
          "movies.ratings",
          Column.key("movie_id", "bigint"),
          Column.of("rating_sum", "numeric(12, 3)"),
          Column.key("year", "int"));

  @Test
  void upsertsByKey() {
    assertThat(PostgresSql.upsert(RATINGS))
        .isEqualTo(
            "INSERT INTO \"movies\".\"ratings\" (\"movie_id\", \"rating_sum\", \"year\")"
                + " VALUES (?, ?, ?) ON CONFLICT (\"movie_id\", \"year\")"
                + " DO UPDATE SET \"rating_sum\" = EXCLUDED.\"rating_sum\"");
  }

  @Test
  void insertsWhatIsMissingWhereAllColumnsAreKeys() {
    assertThat(PostgresSql.upsert(Table.of("seen", Column.key("id", "uuid"))))
        .isEqualTo("INSERT INTO \"seen\" (\"id\") VALUES (?) ON CONFLICT (\"id\") DO NOTHING");
  }

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
  void quotesWhatWouldEndAName() {
    assertThat(PostgresSql.quoteTable("my \"schema\".drop table"))
        .isEqualTo("\"my \"\"schema\"\"\".\"drop table\"");
  }
}
