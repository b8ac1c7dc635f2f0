package dev.diagonal.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.soak.Event.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("history.jsonl");
  }

  /** What is written into a history. */
  private interface Writing {
    void to(History history);
  }

  private List<String> findings(Writing writing) throws IOException {
    try (History history = History.to(file)) {
      history.begin(1, "a round");
      writing.to(history);
    }
    return Checker.findings(History.read(file));
  }

  @Test
  void acceptsWhatMayHappen() throws IOException {
    assertThat(
            findings(
                history -> {
                  history.add(Kind.STARTED, "a", 0, "transfer");
                  history.add(Kind.SEEN, "rows", 10, "");
                  history.add(Kind.STRIKE, "PROCESS_KILLED", 1, "a");
                  history.add(Kind.ENDED, "a", 137, "");
                  history.expect(Kind.ALL_OR_NONE, "a", 0, 20);
                  history.add(Kind.ENDED, "a", 1, "transfer: failed: connection lost");
                  history.add(Kind.SEEN, "rows", 20, "");
                  history.add(Kind.ENDED, "a", 0, "transfer: 20 rows");
                  history.expect(Kind.REPORTED, "a", 20, 20);
                  history.expect(Kind.INEXACT, "nodes", 0, 0);
                  history.expect(Kind.STORE, "rows", 20, 20);
                }))
        .isEmpty();
  }

  @Test
  void findsRowsThatDisappear() throws IOException {
    assertThat(
            findings(
                history -> {
                  history.add(Kind.SEEN, "rows", 10, "");
                  history.add(Kind.SEEN, "rows", 9, "");
                }))
        .singleElement()
        .asString()
        .contains("rows: had 10 rows and then 9");
  }

  @Test
  void findsReportedRowsThatAreMissing() throws IOException {
    assertThat(findings(history -> history.expect(Kind.REPORTED, "a", 19, 20))).hasSize(1);
  }

  @Test
  void findsRowsThatAreDoubled() throws IOException {
    assertThat(findings(history -> history.expect(Kind.STORE, "edges", 21, 20))).hasSize(1);
  }

  @Test
  void findsCountsThatAreWrongForAMoment() throws IOException {
    assertThat(findings(history -> history.expect(Kind.INEXACT, "nodes", 1, 0))).hasSize(1);
  }

  @Test
  void findsPartlyVisibleAtomicLoad() throws IOException {
    assertThat(findings(history -> history.expect(Kind.ALL_OR_NONE, "a", 7, 20))).hasSize(1);
  }

  @Test
  void findsClientsThatCrashOrNeverSucceed() throws IOException {
    assertThat(
            findings(
                history -> {
                  history.add(Kind.STARTED, "a", 0, "transfer");
                  history.add(Kind.ENDED, "a", 1, "NullPointerException");
                }))
        .hasSize(2);
  }
}
