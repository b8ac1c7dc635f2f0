package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.edges.LoadEdges;
import dev.diagonal.pipelines.plan.PlanFile;
import dev.diagonal.pipelines.plan.PlanNode;
import dev.diagonal.pipelines.usage.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans are refused whole, with every mistake and its line, before anything runs. */
final class TransferPlanTest {

  @TempDir Path directory;

  private PlanNode read(String yaml) throws Exception {
    Path file = directory.resolve("plan.yaml");
    Files.writeString(file, yaml);
    Files.writeString(directory.resolve("in.csv"), "a,b\n1,2\n");
    return PlanFile.read(
        file,
        new PlanTasks(List.of(), List.of(new LoadEdges())),
        name -> name.equals("SET") ? "there" : null);
  }

  @Test
  void reportsEveryMistakeWithItsLine() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    connections:
                      warehouse: {jdbcUrl: "jdbc:postgresql://localhost/x", pasword: p}
                      search: {elasticsearchUrl: "${UNSET}"}
                    tasks:
                      - transfer:
                          from: {csv: missing.csv}
                          to: {jdbc: warehose, table: t}
                      - tranfer: {}
                      - load-edges: {inputt: in.csv}
                      - load-edges: {input: in.csv, batchSize: many}
                      - sql: {to: warehouse, file: missing.sql}
                      - transfer:
                          from: {csv: in.csv, delimeter: ";"}
                          to: {csv: out.csv}
                          mapping: missing.yaml
                          transaction: al
                      - sql: {to: warehouse, statement: analyze}
                        onFailure: go on
                    """))
        .isInstanceOf(UsageException.class)
        .satisfies(
            thrown ->
                assertThat(
                        String.valueOf(thrown.getMessage())
                            .replace(directory + "/", "")
                            .lines()
                            .toList())
                    .contains(
                        "  plan.yaml, line 2: unknown key 'pasword'; known are jdbcUrl, elasticsearchUrl, user, passwordFile, apiKeyFile",
                        "  plan.yaml, line 3: the environment variable UNSET is not set",
                        "  plan.yaml, line 6: no file matches 'missing.csv'",
                        "  plan.yaml, line 7: no connection (database) is named 'warehose'; did you"
                            + " mean 'warehouse'?",
                        "  plan.yaml, line 8: unknown task 'tranfer'; did you mean 'transfer'?",
                        "  plan.yaml, line 9: unknown option 'inputt'; did you mean 'input'?",
                        "  plan.yaml, line 10: 'batchSize' takes a whole number, got 'many'",
                        "  plan.yaml, line 11: the file 'missing.sql' cannot be read",
                        "  plan.yaml, line 13: unknown key 'delimeter'; did you mean 'delimiter'?",
                        "  plan.yaml, line 15: the file 'missing.yaml' cannot be read: it does not"
                            + " exist",
                        "  plan.yaml, line 16: 'al' is not allowed here; did you mean 'all'?",
                        "  plan.yaml, line 18: 'go on' is not allowed here; known are stop,"
                            + " continue"));
  }

  @Test
  void aTransactionCannotChangeTwoDatabases() {
    String plan =
        """
        connections:
          a: {jdbcUrl: "jdbc:postgresql://localhost/a"}
          b: {jdbcUrl: "jdbc:postgresql://localhost/b"}
        tasks:
          - sequence:
              - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: t}}
              - transfer: {from: {csv: in.csv}, to: {jdbc: b, table: t}}
            transaction: all
          - transfer:
              from: {csv: in.csv}
              to: [{jdbc: a, table: t}, {jdbc: b, table: u}]
              transaction: all
        """;
    assertThatThrownBy(() -> read(plan))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "plan.yaml, line 7: transaction all: table t is in jdbc:postgresql://localhost/b and another table in jdbc:postgresql://localhost/a")
        .hasMessageContaining("plan.yaml, line 10: transaction all: table u is in ");
  }

  @Test
  void aSnapshotIsOfOneDatabase() {
    String plan =
        """
        connections:
          a: {jdbcUrl: "jdbc:postgresql://localhost/a"}
          b: {jdbcUrl: "jdbc:postgresql://localhost/b"}
          c: {jdbcUrl: "jdbc:mariadb://localhost/c"}
        tasks:
          - sequence:
              - transfer: {from: {jdbc: a, table: t}, to: {csv: 1.csv}}
              - transfer: {from: {jdbc: b, table: t}, to: {csv: 2.csv}}
              - transfer: {from: {jdbc: c, table: t}, to: {csv: 3.csv}}
            snapshot: one
        """;
    assertThatThrownBy(() -> read(plan))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("plan.yaml, line 8: snapshot one: one table is in")
        .hasMessageContaining("plan.yaml, line 9: snapshot one: jdbc:mariadb://localhost");
  }

  @Test
  void refusesToWriteReplacedTableTwice() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    connections: {a: {jdbcUrl: "jdbc:postgresql://localhost/a"}}
                    tasks:
                      - sequence:
                          - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: t, mode: replace}}
                          - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: t}}
                        transaction: all
                    """))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("line 5: transaction all: table t is written twice");
  }

  @Test
  void refusesGroupThatWouldPublishPartOfItself() throws Exception {
    assertThatThrownBy(
            () ->
                read(
                    """
                    connections: {a: {jdbcUrl: "jdbc:postgresql://localhost/a"}}
                    tasks:
                      - sequence:
                          - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: t}}
                            onFailure: continue
                          - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: u}}
                        transaction: all
                    """))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("line 5: 'onFailure: continue' cannot be used inside a group");
  }

  @Test
  void refusesToStartInsideGroupOfOneTransaction() throws Exception {
    PlanTasks tasks = new PlanTasks(List.of(), List.of());
    Files.writeString(directory.resolve("in.csv"), "a,b\n1,2\n");
    PlanNode plan =
        PlanFile.read(
            Files.writeString(
                directory.resolve("plan.yaml"),
                """
                connections: {a: {jdbcUrl: "jdbc:postgresql://localhost/a"}}
                tasks:
                  - sequence:
                      - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: t}}
                        name: first
                      - transfer: {from: {csv: in.csv}, to: {jdbc: a, table: u}}
                        name: second
                    transaction: all
                """),
            tasks,
            name -> null);
    tasks.checkFromTask(plan, "first");
    assertThatThrownBy(() -> tasks.checkFromTask(plan, "second"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--fromTask=second would pass over task 'first'");
  }

  @Test
  void refusesToInsertTableIntoItselfAsAnotherUser() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    connections:
                      a: {jdbcUrl: "jdbc:postgresql://localhost/x", user: reader}
                      b: {jdbcUrl: "jdbc:postgresql://localhost/x", user: writer}
                    tasks:
                      - transfer: {from: {jdbc: a, table: s.t}, to: {jdbc: b, table: s.t}}
                    """))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("table s.t is the source and the target");
  }

  @Test
  void refusesInvalidYamlWithItsLine() {
    assertThatThrownBy(() -> read("tasks:\n  - sql: {to: x\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("plan.yaml, line 3: ");
  }

  @Test
  void fileWrittenByEarlierTaskNeedNotExist() throws Exception {
    PlanNode plan =
        read(
            """
            tasks:
              - parallel:
                  - transfer: {from: {csv: in.csv}, to: {jsonl: "${SET}.jsonl"}}
                    name: first
              - transfer: {from: {jsonl: there.jsonl}, to: {csv: out.csv}}
            """);
    assertThat(plan.steps().map(PlanNode::name)).containsExactly("first", "transfer-2");
  }
}
