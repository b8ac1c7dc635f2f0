package dev.diagonal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.taxi.UpsertRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class CreateTableIT {

  private static final Column ID = Column.key("movie_id", "bigint");
  private static final Column MEAN = Column.of("rating_mean", "numeric(12, 6)");

  private JdbcTarget target;
  private Sql sql;

  @BeforeEach
  void connect(LocalPostgres postgres) {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
  }

  @Test
  void createsWhatIsMissing() throws Exception {
    Table table = Table.of("create_missing", ID, MEAN);
    CreateTable.ifMissing(target, table);
    assertThat(
            sql.query(
                """
                SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
                WHERE attrelid = 'create_missing'::regclass AND attnum > 0 ORDER BY attnum
                """))
        .containsExactly("movie_id bigint", "rating_mean numeric(12,6)");
    assertThat(
            sql.query(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                    + " WHERE conrelid = 'create_missing'::regclass"))
        .containsExactly("PRIMARY KEY (movie_id)");
  }

  @Test
  void leavesATableThatFitsAsItIs() throws Exception {
    Table table = Table.of("create_twice", ID, MEAN);
    CreateTable.ifMissing(target, table);
    sql.execute("INSERT INTO create_twice VALUES (1, 4.5)");
    CreateTable.ifMissing(target, table);
    assertThat(sql.query("SELECT rating_mean FROM create_twice")).containsExactly("4.500000");
  }

  @Test
  void knowsTypesByAllTheirNames() throws Exception {
    sql.execute("CREATE TABLE create_names (a int8 PRIMARY KEY, b timestamptz, c decimal(5,0))");
    CreateTable.ifMissing(
        target,
        Table.of(
            "create_names",
            Column.key("a", "BIGINT"),
            Column.of("b", "timestamp with time zone"),
            Column.of("c", "numeric(5)")));
  }

  @Test
  void acceptsUniqueIndexOnKeyInAnyOrder() throws Exception {
    sql.execute(
        """
        CREATE TABLE create_unique (x serial PRIMARY KEY, b int NOT NULL, a int NOT NULL, c text,
          d int NOT NULL DEFAULT 1, e int NOT NULL GENERATED ALWAYS AS IDENTITY);
        CREATE UNIQUE INDEX ON create_unique (b, a) INCLUDE (c);
        """);
    Table table = Table.of("create_unique", Column.key("a", "int"), Column.key("b", "int"));
    CreateTable.ifMissing(target, table);
    RowBinder<Integer> binder = (a, values) -> values.putInt(a).putInt(2);
    assertThat(UpsertRows.now(target, table, binder, List.of(1)).rows()).isEqualTo(1);
  }

  @Test
  void namesEveryDifference() throws Exception {
    sql.execute(
        """
        CREATE TABLE create_other (movie_id integer PRIMARY KEY, rating_mean double precision,
          site text NOT NULL, doubled int GENERATED ALWAYS AS (movie_id * 2) STORED)
        """);
    assertThatThrownBy(
            () ->
                CreateTable.ifMissing(
                    target,
                    Table.of(
                        "create_other",
                        ID,
                        MEAN,
                        Column.of("rating_min", "real"),
                        Column.of("doubled", "int"))))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessage(
            "table create_other does not have the expected layout: column movie_id: expected"
                + " bigint, found integer; column rating_mean: expected numeric(12,6), found double"
                + " precision; column rating_min: expected real, found none; column doubled:"
                + " expected integer, found a generated one; column site: not written, but neither"
                + " nullable nor with a default; the table is empty: to have it created anew, DROP"
                + " TABLE \"create_other\"");
  }

  @Test
  void refusesTableWithoutKeyForUpsert() throws Exception {
    sql.execute(
        """
        CREATE TABLE create_keyless (movie_id bigint, rating_mean numeric(12,6),
          UNIQUE (movie_id, rating_mean), UNIQUE (movie_id) DEFERRABLE);
        CREATE INDEX ON create_keyless (movie_id);
        CREATE UNIQUE INDEX ON create_keyless (movie_id) WHERE movie_id > 0;
        CREATE UNIQUE INDEX ON create_keyless ((movie_id + 1));
        """);
    assertThatThrownBy(() -> CreateTable.ifMissing(target, Table.of("create_keyless", ID, MEAN)))
        .hasMessageContaining(
            "expected layout: no primary key or unique index on (movie_id) that ON CONFLICT can use:"
                + " create_keyless_expr_idx is on an expression,"
                + " create_keyless_movie_id_idx1 is partial (WHERE (movie_id > 0)),"
                + " create_keyless_movie_id_key is deferrable");
  }

  @Test
  void refusesAView() throws Exception {
    sql.execute("CREATE VIEW create_view AS SELECT 1::bigint AS movie_id");
    assertThatThrownBy(() -> CreateTable.ifMissing(target, Table.of("create_view", ID)))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessageEndingWith("it is not a table");
  }

  @Test
  void takesSchemasAndNamesAsTheyAre() throws Exception {
    sql.execute("CREATE SCHEMA \"My Schema\"");
    Table table = Table.of("My Schema.Select \"x\"", Column.key("Order", "int"));
    CreateTable.ifMissing(target, table);
    CreateTable.ifMissing(target, table);
    assertThat(sql.query("SELECT count(*) FROM \"My Schema\".\"Select \"\"x\"\"\""))
        .containsExactly("0");
  }

  @Test
  void userWithoutCreateMayUseAnExistingTable() throws Exception {
    CreateTable.ifMissing(target, Table.of("create_granted", ID));
    sql.execute(
        "CREATE ROLE writer LOGIN PASSWORD '"
            + LocalPostgres.passwordOfThisProcess()
            + "'; GRANT INSERT, UPDATE ON create_granted TO writer");
    JdbcTarget writer = target.withUser("writer");
    CreateTable.ifMissing(writer, Table.of("create_granted", ID));
    assertThatThrownBy(() -> CreateTable.ifMissing(writer, Table.of("create_denied", ID)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("cannot create table create_denied")
        .hasMessageContaining("GRANT CREATE ON SCHEMA public TO writer");
  }

  @Test
  void saysWhatTheDatabaseRefuses() {
    assertThatThrownBy(() -> CreateTable.ifMissing(target, Table.of("nowhere.t", ID)))
        .hasMessageContaining("schema \"nowhere\" does not exist");
    assertThatThrownBy(
            () -> CreateTable.ifMissing(target, Table.of("t", ID, Column.of("x", "bigfloat"))))
        .hasMessageContaining("type \"bigfloat\" does not exist");
  }

  @Test
  void manyMayCreateTheSameTableAtOnce() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      for (int round = 0; round < 20; round++) {
        Table table = Table.of("create_race_" + round, ID, MEAN);
        Callable<Boolean> create =
            () -> {
              start.await();
              CreateTable.ifMissing(target, table);
              return true;
            };
        List<Future<Boolean>> creations = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          creations.add(executor.submit(create));
        }
        for (Future<Boolean> creation : creations) {
          assertThat(creation.get()).isTrue();
        }
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(
            sql.query(
                "SELECT count(*) FROM pg_class WHERE relname LIKE 'create_race_%' AND relkind = 'r'"))
        .containsExactly("20");
  }
}
