package dev.diagonal.pipelines.transfer.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class KeysAfterIT {

  private final EdgeDatabase database;

  KeysAfterIT(LocalPostgres postgres) {
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTables() throws SQLException {
    database.execute(
        """
        DROP TABLE IF EXISTS keys_good, keys_bad;
        CREATE TABLE keys_good AS SELECT 1 AS id;
        CREATE TABLE keys_bad AS SELECT 7 AS id UNION ALL SELECT 7;
        """);
  }

  @Test
  void failedKeyCountsNeitherAsMadeNorRunning() throws Exception {
    KeysAfter keys = new KeysAfter();
    assertThat(keys.phase()).isEqualTo("finishing");
    for (String name : List.of("keys_good", "keys_bad")) {
      Column id = new Column("id", "int", "", true);
      Table without = keys.without(database.target(), new Table(name, List.of(id)));
      assertThat(without.keyColumns()).isEmpty();
    }
    assertThat(keys.phase()).isEqualTo("making the primary keys (0 of 2 made)");

    assertThatThrownBy(keys::create)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Key (id)=(7) is duplicated")
        .hasMessageEndingWith("ALTER TABLE \"keys_bad\" ADD PRIMARY KEY (\"id\")");
    assertThat(keys.phase()).isEqualTo("making the primary keys (1 of 2 made)");
    assertThat(
            database.query(
                """
                SELECT conrelid::regclass::text FROM pg_constraint
                WHERE contype = 'p' AND conrelid::regclass::text LIKE 'keys_%'
                """))
        .containsExactly("keys_good");
  }

  @Test
  void failedKeyIsMadeOnceItsCauseIsRemoved() throws Exception {
    KeysAfter keys = new KeysAfter();
    Column id = new Column("id", "int", "", true);
    Table unused = keys.without(database.target(), new Table("keys_bad", List.of(id)));
    assertThatThrownBy(keys::create).isInstanceOf(SQLException.class);
    database.execute("DELETE FROM keys_bad WHERE ctid = '(0,2)'");

    keys.create();

    assertThat(keys.phase()).isEqualTo("finishing");
  }
}
