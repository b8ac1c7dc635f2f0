package dev.diagonal.internal.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.DeadLetter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeadLetterCountsTest {

  private static DeadLetter letter(int line, String reason) {
    return new DeadLetter("a.csv", line, "line " + line + ", " + reason, "r" + line);
  }

  @Test
  void countsByReasonAndShowsThree() {
    DeadLetterCounts counts =
        DeadLetterCounts.of(
            List.of(
                letter(2, "column 'id': 'x' is not a bigint"),
                letter(3, "it has 3 fields"),
                letter(5, "column 'id': 'y' is not a bigint"),
                letter(7, "column 'n': 'y' is not a bigint")));
    assertThat(counts.describe())
        .isEqualTo(
            "2 × column 'id': '…' is not a bigint, 1 × it has N fields, 1 × column 'n': '…' is not a"
                + " bigint; for example"
                + " a.csv, byte 2: line 2, column 'id': 'x' is not a bigint; the line is: r2;"
                + " a.csv, byte 3: line 3, it has 3 fields; the line is: r3;"
                + " a.csv, byte 5: line 5, column 'id': 'y' is not a bigint; the line is: r5");
  }

  @Test
  void carriesTheLettersSoFar() {
    DeadLetterLimit limit = new DeadLetterLimit(1);
    limit.add(letter(1, "a"));
    assertThatThrownBy(() -> limit.add(letter(2, "b")))
        .isInstanceOfSatisfying(
            TooManyDeadLettersException.class,
            tooMany ->
                assertThat(tooMany.letters()).containsExactly(letter(1, "a"), letter(2, "b")));
  }
}
