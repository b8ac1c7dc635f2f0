package dev.diagonal.jdbc.write;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.block.Block;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.RejectedRow;
import dev.diagonal.testing.HostileNames;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables and columns of any name are written, also where the database refuses a row. */
@ExtendWith(PostgresExtension.class)
final class HostileNamesIT {

  private record Item(long id, String text, String address) {}

  private static final RowBinder<Item> BINDER =
      (item, values) -> values.putLong(item.id).putText(item.text).putText(item.address);

  private final JdbcTarget target;
  private final Sql sql;

  HostileNamesIT(LocalPostgres postgres) {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
  }

  static Stream<String> names() {
    return HostileNames.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyModeWritesGoodRowsUnderAnyName(String name) throws Exception {
    List<String> all = HostileNames.ALL;
    String next = all.get((all.indexOf(name) + 1) % all.size());
    Table table =
        Table.of(
            name, Column.key(name, "bigint"), Column.of(next, "text"), Column.of("a.b", "inet"));
    String quoted = quote(name);
    sql.execute("DROP TABLE IF EXISTS " + quoted); // other tests use such names too
    try {
      CreateTable.ifMissing(target, table);
      sql.execute("ALTER TABLE %s ADD CHECK (%s <> 'bad')".formatted(quoted, quote(next)));

      assertThat(write(WriteMode.INSERT, table, items("first"))).containsExactly(3L);
      assertThat(rows(table)).containsExactly("1 first ::1", "2 first ::1", "4 first ::1");
      assertThat(write(WriteMode.UPSERT, table, items("second"))).containsExactly(3L);
      assertThat(rows(table)).containsExactly("1 second ::1", "2 second ::1", "4 second ::1");
      assertThat(write(WriteMode.INSERT_IGNORE, table, items("third"))).containsExactly(3L);
      assertThat(rows(table)).containsExactly("1 second ::1", "2 second ::1", "4 second ::1");
      sql.execute("INSERT INTO %s VALUES (3, 'kept', '::1')".formatted(quoted));
      assertThat(write(WriteMode.UPDATE, table, items("fourth"))).containsExactly(3L);
      assertThat(rows(table))
          .containsExactly("1 fourth ::1", "2 fourth ::1", "3 kept ::1", "4 fourth ::1");
      assertThat(write(WriteMode.DELETE, table, items("any").subList(0, 2))).isEmpty();
      assertThat(rows(table)).containsExactly("3 kept ::1", "4 fourth ::1");
    } finally {
      sql.execute("DROP TABLE IF EXISTS " + quoted);
    }
  }

  private static List<Item> items(String text) {
    return List.of(
        new Item(1, text, "::1"),
        new Item(2, text, "::1"),
        new Item(3, "bad", "::1"),
        new Item(4, text, "::1"));
  }

  /** Writes the rows and returns the ids of those that were refused. */
  private List<Long> write(WriteMode mode, Table table, List<Item> items) throws Exception {
    List<RejectedRow<Item>> rejected = new ArrayList<>();
    JdbcWrite<Item> write = JdbcWrite.of(mode, target, table, BINDER);
    try (JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(write, rejected::add)) {
      writer.write(new Block<>(items));
      writer.flush();
    }
    return rejected.stream().map(each -> each.row().id()).toList();
  }

  private List<String> rows(Table table) throws Exception {
    String columns =
        table.columns().stream()
            .map(column -> quote(column.name()) + "::text")
            .reduce((left, right) -> left + " || ' ' || " + right)
            .orElseThrow();
    return sql.query(
        "SELECT replace(%s, '/128', '') FROM %s ORDER BY 1"
            .formatted(columns, quote(table.name())));
  }
}
