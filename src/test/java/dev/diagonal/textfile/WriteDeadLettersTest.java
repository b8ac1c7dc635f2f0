package dev.diagonal.textfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.testing.Runner;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WriteDeadLettersTest {

  private final Path directory;

  WriteDeadLettersTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void sortsLettersByFileAndOffset(Runner runner) {
    BadRecord foreign =
        BadRecord.builder()
            .setRecord(
                BadRecord.Record.builder()
                    .setHumanReadableJsonRecord("{\"id\":1}")
                    .setCoder("SomeCoder")
                    .build())
            .setFailure(
                BadRecord.Failure.builder()
                    .setException("java.lang.Error")
                    .setDescription("no such type")
                    .build())
            .build();
    write(
        runner,
        List.of(
            new DeadLetter("b.csv", 5, "short", "1,2").toBadRecord(),
            new DeadLetter("a.csv", 100, "odd", "é\t\"x\"\n").toBadRecord(),
            foreign,
            new DeadLetter("a.csv", 20, "odd", "2").toBadRecord()));
    assertThat(directory.resolve("bad.jsonl"))
        .content(UTF_8)
        .isEqualTo(
            """
            {"file":"","offset":-1,"reason":"no such type: java.lang.Error","record":"{\\"id\\":1}"}
            {"file":"a.csv","offset":20,"reason":"odd","record":"2"}
            {"file":"a.csv","offset":100,"reason":"odd","record":"é\\t\\"x\\"\\n"}
            {"file":"b.csv","offset":5,"reason":"short","record":"1,2"}
            """);
  }

  @Test
  void rowsWithoutFileHaveFixedOrder() {
    BadRecord first = DeadLetter.ofRow("refused", "{\"id\":2}").toBadRecord();
    BadRecord second = DeadLetter.ofRow("refused", "{\"id\":3}").toBadRecord();
    BadRecord third = DeadLetter.ofRow("too long", "{\"id\":1}").toBadRecord();
    for (List<BadRecord> order :
        List.of(List.of(first, second, third), List.of(third, second, first))) {
      write(Runner.DIRECT, order);
      assertThat(directory.resolve("bad.jsonl"))
          .hasContent(
              """
              {"file":"","offset":-1,"reason":"refused","record":"{\\"id\\":2}"}
              {"file":"","offset":-1,"reason":"refused","record":"{\\"id\\":3}"}
              {"file":"","offset":-1,"reason":"too long","record":"{\\"id\\":1}"}
              """);
    }
  }

  @ParameterizedTest
  @EnumSource
  void writesAnEmptyFileWithoutBadRecords(Runner runner) {
    write(runner, List.of());
    assertThat(directory.resolve("bad.jsonl")).isEmptyFile();
  }

  @Test
  void refusesANegativeBound() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WriteDeadLetters.to("bad.jsonl", -1))
        .withMessage("maxBadRecords must be >= 0, got -1");
  }

  private void write(Runner runner, List<BadRecord> bad) {
    TestPipeline pipeline = runner.pipeline();
    pipeline
        .apply(Create.of(bad).withCoder(BadRecord.getCoder(pipeline)))
        .apply(WriteDeadLetters.to(directory.resolve("bad.jsonl").toString(), 4));
    pipeline.run().waitUntilFinish();
  }
}
