package dev.diagonal.textfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.metrics.Written;
import dev.diagonal.testing.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WriteTextFileTest {

  private final Path directory;

  WriteTextFileTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void writesAllRecordsInOrderAfterHeader(Runner runner) throws IOException {
    TestPipeline pipeline = runner.pipeline();
    PCollection<Written> written =
        blocks(pipeline, new Block<>(List.of(10L, 2L)), new Block<>(List.of(33L, -1L, 7L)))
            .apply(to("out.csv").withHeader("number"));
    PAssert.that(written)
        .satisfies(
            all -> {
              assertThat(all)
                  .singleElement()
                  .satisfies(one -> assertThat(one.rows()).isEqualTo(5))
                  .satisfies(one -> assertThat(one.target()).endsWith("out.csv"));
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertThat(directory.resolve("out.csv")).hasContent("number\n<-1>\n<2>\n<7>\n<10>\n<33>\n");
    assertThat(files()).containsExactly("out.csv");
  }

  @ParameterizedTest
  @EnumSource
  void nothingGivesAFileWithTheHeaderOnly(Runner runner) throws IOException {
    TestPipeline pipeline = runner.pipeline();
    PCollection<Block<Long>> none = blocks(pipeline);
    none.apply("with", to("header.csv").withHeader("number"));
    none.apply("without", to("empty.csv"));
    pipeline.run().waitUntilFinish();
    assertThat(directory.resolve("header.csv")).hasContent("number\n");
    assertThat(directory.resolve("empty.csv")).isEmptyFile();
  }

  @ParameterizedTest
  @EnumSource
  void replacesEarlierFileAtomically(Runner runner) throws IOException {
    Files.writeString(directory.resolve("out.csv"), "something much longer from an earlier run\n");
    TestPipeline pipeline = runner.pipeline();
    blocks(pipeline, new Block<>(List.of(1L))).apply(to("out.csv"));
    pipeline.run().waitUntilFinish();
    assertThat(directory.resolve("out.csv")).hasContent("<1>\n");
    assertThat(files()).containsExactly("out.csv");
  }

  @ParameterizedTest
  @EnumSource
  void tooManyRecordsFailAfterAllAreWritten(Runner runner) throws IOException {
    TestPipeline pipeline = runner.pipeline();
    blocks(pipeline, numbers(1, 3)).apply(to("out.csv").withMaxRecords(2));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .satisfies(
            fault ->
                assertThat(causes(fault))
                    .filteredOn(BadInputException.class::isInstance)
                    .first()
                    .extracting(Throwable::getMessage)
                    .isEqualTo(
                        "3 records are in %s, more than the 2 allowed"
                            .formatted(directory.resolve("out.csv"))));
    assertThat(directory.resolve("out.csv")).hasContent("<1>\n<2>\n<3>\n");
  }

  @Test
  void asManyRecordsAsAllowedPass() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    blocks(pipeline, numbers(1, 3)).apply(to("out.csv").withMaxRecords(3));
    pipeline.run().waitUntilFinish();
    assertThat(directory.resolve("out.csv")).hasContent("<1>\n<2>\n<3>\n");
  }

  @Test
  void missingDirectoriesAreMade() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    blocks(pipeline, numbers(1, 1)).apply(to("a/b/out.csv"));
    pipeline.run().waitUntilFinish();
    assertThat(directory.resolve("a/b/out.csv")).hasContent("<1>\n");
  }

  @Test
  void unwritableDirectoryFailsRunWithPath() throws IOException {
    Files.writeString(directory.resolve("file"), "no directory");
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    blocks(pipeline, numbers(1, 3)).apply(to("file/out.csv"));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .satisfies(
            fault ->
                assertThat(causes(fault))
                    .extracting(Throwable::getMessage)
                    .anySatisfy(
                        message ->
                            assertThat(message)
                                .startsWith(
                                    "cannot write " + directory.resolve("file/out.csv") + ": ")));
  }

  @Test
  void failedRunKeepsOnlyEarlierFile() throws IOException {
    Files.createDirectories(directory.resolve("out.csv/something"));
    TestPipeline cannotReplace = Runner.DIRECT.pipeline();
    blocks(cannotReplace, numbers(1, 3)).apply(to("out.csv"));
    assertThatThrownBy(() -> cannotReplace.run().waitUntilFinish())
        .satisfies(
            fault ->
                assertThat(causes(fault))
                    .extracting(Throwable::getMessage)
                    .anySatisfy(
                        message ->
                            assertThat(message)
                                .startsWith("cannot write " + directory.resolve("out.csv"))));
    assertThat(files()).containsExactly("out.csv");

    Files.writeString(directory.resolve("numbers"), "earlier");
    TestPipeline cannotFormat = Runner.DIRECT.pipeline();
    blocks(cannotFormat, numbers(1, 3))
        .apply(
            WriteTextFile.to(
                directory.resolve("numbers").toString(),
                WriteTextFileTest::refuseThree,
                Long::compare));
    assertThatThrownBy(() -> cannotFormat.run().waitUntilFinish())
        .hasMessageContaining("no line for 3");
    assertThat(directory.resolve("numbers")).hasContent("earlier");
    assertThat(files()).containsExactlyInAnyOrder("out.csv", "numbers");
  }

  private static String refuseThree(Long number) {
    if (number == 3) {
      throw new IllegalStateException("no line for 3");
    }
    return "" + number;
  }

  private WriteTextFile<Long> to(String name) {
    return WriteTextFile.to(
        directory.resolve(name).toString(), number -> "<" + number + ">", Long::compare);
  }

  @SafeVarargs
  private static PCollection<Block<Long>> blocks(TestPipeline pipeline, Block<Long>... blocks) {
    return pipeline.apply(Create.of(List.of(blocks)).withCoder(Block.coder(VarLongCoder.of())));
  }

  private static Block<Long> numbers(long from, long to) {
    return new Block<>(LongStream.rangeClosed(from, to).boxed().toList());
  }

  private static Stream<Throwable> causes(Throwable fault) {
    return Stream.iterate(fault, cause -> cause != null, Throwable::getCause);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
