package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.metrics.Written;
import dev.diagonal.testing.Runner;
import dev.diagonal.textfile.WriteDeadLetters;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files by hand with the documents written out by hand, and generated ones by the slow way. */
final class JoinDonationsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  JoinDonationsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void handwrittenFilesBecomeExpectedDocuments(Runner runner) throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    run(runner, byHand(), 3, bad);
    Map<String, JsonNode> expected = new TreeMap<>();
    for (JsonNode document : JSON.readTree(resource("expected.json").toFile())) {
      expected.put(document.path("donationid").asText(), document);
    }
    assertThat(documents()).containsExactlyInAnyOrderEntriesOf(expected);
    List<String> reasons = new ArrayList<>();
    for (String line : Files.readAllLines(bad)) {
      DeadLetter letter = JSON.readValue(line, DeadLetter.class);
      String file = Path.of(letter.file()).getFileName().toString();
      reasons.add(file.replace(".csv", "") + ": " + letter.reason());
      assertThat(letter.offset()).isNotNegative();
      assertThat(letter.record()).isNotEmpty();
    }
    assertThat(reasons)
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(resource("expected-bad.txt")));
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void generatedFilesMatchSlowJoin(Runner runner) throws Exception {
    GenerateFiles.into(directory, 3_000, 7);
    JoinDonations.Inputs inputs =
        new JoinDonations.Inputs(
            List.of(directory + "/projects*"),
            List.of(directory + "/donations*"),
            List.of(directory + "/resources*"));
    run(runner, inputs, 5, null);
    Map<String, ObjectNode> expected =
        SlowDonors.documents(
            directory.resolve("projects.csv.gz"),
            directory.resolve("donations.csv.gz"),
            directory.resolve("resources.csv.gz"));
    assertThat(expected).hasSize(3_000);
    // Numbers as numbers: 12.50 is 12.5.
    assertThat(documents()).containsExactlyInAnyOrderEntriesOf(new TreeMap<>(expected));
  }

  @Test
  void firstBadRecordFailsRunWithoutHandler() {
    assertThatThrownBy(() -> run(Runner.DIRECT, byHand(), 3, null))
        .hasMessageContaining("BadInputException");
    assertThat(directory.resolve("out")).isEmptyDirectory();
  }

  @Test
  void reportsEachShardOnceItsFileExists() throws Exception {
    GenerateFiles.into(directory, 200, 9);
    String out = directory.resolve("out").toString();
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<Written> written =
        pipeline.apply(
            JoinDonations.from(
                    new JoinDonations.Inputs(
                        List.of(directory + "/projects*"),
                        List.of(directory + "/donations*"),
                        List.of(directory + "/resources*")),
                    new Shards(2))
                .writingTo(DonationFiles.Target.in(out)));
    PAssert.that(written)
        .satisfies(
            accounts -> {
              List<Written> all = new ArrayList<>();
              accounts.forEach(all::add);
              assertThat(all).hasSize(2).allMatch(account -> account.target().equals(out));
              assertThat(all.stream().mapToLong(Written::rows).sum()).isEqualTo(200);
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertThat(documents()).hasSize(200);
  }

  private void run(Runner runner, JoinDonations.Inputs inputs, int shards, @Nullable Path bad)
      throws Exception {
    TestPipeline pipeline = runner.pipeline();
    Path out = Files.createDirectories(directory.resolve("out"));
    JoinDonations join =
        JoinDonations.from(inputs, new Shards(shards))
            .writingTo(DonationFiles.Target.in(out.toString()));
    if (bad == null) {
      pipeline.apply(join);
    } else {
      try (BadRecordErrorHandler<?> handler =
          pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(bad.toString(), 100))) {
        pipeline.apply(join.withBadRecordErrorHandler(handler, 100));
      }
    }
    pipeline.run().waitUntilFinish();
  }

  /** One document a line in the files of the output, each donation once. */
  private Map<String, JsonNode> documents() throws IOException {
    Map<String, JsonNode> documents = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory.resolve("out"))) {
      for (Path file : files.toList()) {
        assertThat(file.getFileName().toString()).matches("documents-\\d{5}-of-\\d{5}.jsonl");
        for (String line : Files.readAllLines(file)) {
          JsonNode document = JSON.readTree(line);
          assertThat(documents.put(document.path("donationid").asText(), document)).isNull();
        }
      }
    }
    return documents;
  }

  /** The files, but for a line break and a broken byte that Git or an editor would repair. */
  private JoinDonations.Inputs byHand() throws IOException, URISyntaxException {
    String donations = Files.readString(resource("donations.csv")).replace("<CRLF>", "\r\n");
    Path broken = directory.resolve("donations.csv");
    Files.write(broken, latin1Where(donations, "<BROKEN>"));
    return new JoinDonations.Inputs(
        List.of(resource("projects.csv").toString()),
        List.of(broken.toString()),
        List.of(resource("resources-1.csv").toString(), resource("resources-2.csv").toString()));
  }

  private static byte[] latin1Where(String text, String mark) {
    byte[] before = text.substring(0, text.indexOf(mark)).getBytes(UTF_8);
    byte[] after = text.substring(text.indexOf(mark) + mark.length()).getBytes(UTF_8);
    byte[] umlaut = "\u00FC".getBytes(ISO_8859_1);
    byte[] all = new byte[before.length + umlaut.length + after.length];
    System.arraycopy(before, 0, all, 0, before.length);
    System.arraycopy(umlaut, 0, all, before.length, umlaut.length);
    System.arraycopy(after, 0, all, before.length + umlaut.length, after.length);
    return all;
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(JoinDonationsTest.class.getResource("/donors/" + name).toURI());
  }
}
