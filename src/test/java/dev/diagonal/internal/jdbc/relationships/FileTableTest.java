package dev.diagonal.internal.jdbc.relationships;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.testing.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FileTableTest {

  private static final FileFacts A = new FileFacts(1, "a.csv", 10, 11);
  private static final FileFacts B = new FileFacts(-2, "b.csv", 20, -21);
  private static final FileFacts C = new FileFacts(3, "c.csv", 30, 31);

  private final JdbcTarget database =
      JdbcTarget.at("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1").withUser("sa");
  private final FileTable table = new FileTable(database);

  @BeforeEach
  void create() throws Exception {
    assertThat(table.create()).isNull();
  }

  @Test
  void filesOfAnotherProcessAreAddedOnce() throws Exception {
    assertThat(table.add(List.of(A, B))).isNull();

    assertThat(table.add(List.of(C, B))).isNull();

    assertThat(table.find()).containsExactlyInAnyOrder(A, B, C);
  }

  @Test
  void aRefusedFileLeavesNoOthers() throws Exception {
    new Sql(database).execute("ALTER TABLE diagonal_files ADD CHECK (file_bytes < 20)");

    assertThatThrownBy(() -> table.add(List.of(A, B)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("cannot use table diagonal_files");

    assertThat(table.find()).isEmpty();
  }
}
