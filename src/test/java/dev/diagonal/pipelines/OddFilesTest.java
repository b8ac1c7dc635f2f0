package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them, through the commands; no servers. */
final class OddFilesTest {

  private static final String RATINGS = "userId,movieId,rating,timestamp\n1,10,4.0,5\n2,10,3.0,6\n";
  private static final int ROWS = 500_000;

  private final Path directory;
  private final Path out;

  OddFilesTest(@TempDir Path directory) {
    this.directory = directory;
    this.out = directory.resolve("out.csv");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r", "\n", "\r\n"})
  void movieRatingsReadsEveryLineEnd(String lineEnd) throws IOException {
    Path in = file("r.csv", RATINGS.replace("\n", lineEnd));
    assertDone(movieRatings(in));
    assertThat(Files.readAllLines(out)).hasSize(2).last().asString().startsWith("10,2,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\r", "\r\n"})
  void transferSplitsAndReadsAtSameLineEnds(String lineEnd) throws IOException {
    Path csv = Files.write(directory.resolve("in.csv"), rows("id,name\n", "%d,abcdef\n", lineEnd));
    assertDone(run("transfer", "--from=csv:" + csv, "--quotedLineBreaks=false", "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).hasSize(ROWS + 1).contains("499999,abcdef");

    Path json = Files.write(directory.resolve("in.jsonl"), rows("", "{\"id\":%d}\n", lineEnd));
    assertDone(run("transfer", "--from=jsonl:" + json, "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).hasSize(ROWS + 1).contains("499999");
  }

  private static byte[] rows(String header, String row, String lineEnd) {
    StringBuilder text = new StringBuilder(header);
    for (int i = 0; i < ROWS; i++) {
      text.append(row.replace("%d", Integer.toString(i)));
    }
    return text.toString().replace("\n", lineEnd).getBytes(ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"movie-ratings", "transfer"})
  void zstdFileWithTruncatedLastFrameFails(String command) throws IOException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.writeBytes(Zstd.compress(RATINGS.getBytes(ISO_8859_1)));
    byte[] last = Zstd.compress("3,11,5.0,7\n".repeat(3).getBytes(ISO_8859_1));
    frames.write(last, 0, last.length - 4);
    Path in = Files.write(directory.resolve("r.csv.zst"), frames.toByteArray());
    Launched launched =
        command.equals("transfer")
            ? run("transfer", "--from=csv:" + in, "--to=csv:" + out)
            : movieRatings(in);
    assertFailed(launched, in + ": the last zstd frame is cut off");
    assertThat(out).doesNotExist();
  }

  @Test
  void byteOutsideEncodingMakesBadRecord() throws IOException {
    Path in =
        Files.write(
            directory.resolve("latin.csv"),
            "id,name\n1,Zo\u00eb\n2,a\u0081b\n3,c\n".getBytes(ISO_8859_1));
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        run(
            "transfer",
            "--from=csv:" + in,
            "--to=csv:" + out,
            "--encoding=windows-1252",
            "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("id,name", "1,Zo\u00eb", "3,c");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 3", "windows-1252");
  }

  @Test
  void aHeaderInAnotherEncodingIsRefused() throws IOException {
    Path in =
        Files.write(directory.resolve("latin.csv"), "id,Ann\u00e9e\n1,2\n".getBytes(ISO_8859_1));
    assertFailed(run("transfer", "--from=csv:" + in, "--to=csv:" + out), "--encoding");
    Path ratings =
        Files.write(
            directory.resolve("r.csv"),
            "userId,movieId,rating,Ann\u00e9e\n1,2,3,4\n".getBytes(ISO_8859_1));
    assertFailed(movieRatings(ratings), "the header of " + ratings + " is not UTF-8");
  }

  @Test
  void otherFormatsAreNamed() throws IOException {
    Path wide = Files.write(directory.resolve("wide.csv"), RATINGS.getBytes(UTF_16));
    assertFailed(movieRatings(wide), "it is UTF-16: convert it to UTF-8");
    assertFailed(run("transfer", "--from=csv:" + wide, "--to=csv:" + out), "it is UTF-16");
    assertDone(run("transfer", "--from=csv:" + wide, "--encoding=UTF-16", "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).hasSize(3);
  }

  @Test
  void firstRatingIsNotTakenAsHeader() throws IOException {
    Path in = file("r.csv", "1,10,4.0,5\n2,10,3.0,6\n");
    Launched launched =
        run(
            "movie-ratings",
            "--input=" + in,
            "--output=" + out,
            "--movieColumn=2",
            "--ratingColumn=3");
    assertFailed(launched, "'1,10,4.0,5', is a rating and not a header: use --header=false");
  }

  @Test
  void aPipeIsReadOnceByOneReader() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try {
                Files.writeString(pipe, RATINGS);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    assertDone(movieRatings(pipe));
    writer.get();
    assertThat(Files.readAllLines(out)).hasSize(2);
    assertFailed(
        run("transfer", "--from=csv:" + pipe, "--to=csv:" + out),
        "is a pipe, which can be read only once");
  }

  @Test
  void readsFilesOfOtherColumnOrderByName() throws IOException {
    Path files = Files.createDirectory(directory.resolve("in"));
    Files.writeString(files.resolve("1.csv"), "film,stars\n10,4.0\n");
    Files.writeString(files.resolve("2.csv"), "stars,film\n3.0,10\n");
    assertDone(
        run(
            "movie-ratings",
            "--input=" + files,
            "--output=" + out,
            "--movieColumn=1",
            "--ratingColumn=2"));
    assertThat(Files.readAllLines(out)).hasSize(2).last().asString().startsWith("10,2,7.000,3.5");
    Files.writeString(files.resolve("3.csv"), "movie,stars\n10,4.0\n");
    assertFailed(
        run(
            "movie-ratings",
            "--input=" + files,
            "--output=" + out,
            "--movieColumn=1",
            "--ratingColumn=2"),
        "3.csv has no column 'film'");
  }

  @Test
  void aNameWithACommaIsAName() throws IOException {
    Path in = file("a,b.csv", RATINGS);
    assertDone(movieRatings(in));
    assertThat(Files.readAllLines(out)).hasSize(2);
    Path other = file("other.csv", RATINGS);
    assertDone(run("transfer", "--from=csv:" + other + "," + in, "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).hasSize(5);
  }

  @Test
  void hidesControlCharactersFromTerminal() throws IOException {
    Path in = file("r.csv", "user\u001b[2J\u0007,movie\n1,2\n");
    Launched launched = movieRatings(in);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(String.join(" ", launched.err()))
        .contains("has no column 'movieId'", "its columns are user\uFFFD[2J");
    assertThat(String.join("", launched.err())).doesNotContain("\u001b", "\u0007");
  }

  @Test
  void aBlankColumnNameBecomesAPosition() throws IOException {
    Path in = file("pandas.csv", ",id\n0,7\n");
    assertDone(run("transfer", "--from=csv:" + in, "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).containsExactly("c1,id", "0,7");
  }

  @Test
  void invalidFirstRecordWithoutHeaderIsBadRecord() throws IOException {
    Path in = file("in.csv", "\"1\"x,2\n3,4\n5,6\n");
    Path bad = directory.resolve("bad.jsonl");
    assertDone(
        run(
            "transfer",
            "--from=csv:" + in,
            "--header=false",
            "--to=csv:" + out,
            "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("3,4", "5,6");
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("line 1, text follows a closing quote");
  }

  @Test
  void recordsWithMoreFieldsThanMostAreBad() throws IOException {
    Path in = file("in.csv", "1,10,4.0,5\n2,10,3,5,6\n3,10,3.0,7\n");
    Path bad = directory.resolve("bad.jsonl");
    assertFailed(
        run("movie-ratings", "--input=" + in, "--header=false", "--output=" + out),
        "5 fields, but most of the first lines have 4");
    assertDone(
        run(
            "movie-ratings",
            "--input=" + in,
            "--header=false",
            "--output=" + out,
            "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).hasSize(2).last().asString().startsWith("10,2,7.000,3.5");
    assertThat(Files.readAllLines(bad)).singleElement().asString().contains("\"offset\":11");
  }

  @Test
  void theSeparatorLineOfExcelIsRefused() throws IOException {
    Path in = file("r.csv", "sep=;\r\n" + RATINGS.replace(',', ';'));
    String hint =
        "is 'sep=;', with which Excel names the delimiter: use --skipLines=1 --delimiter=';'";
    Launched refused = movieRatings(in);
    assertFailed(refused, hint);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertFailed(run("transfer", "--from=csv:" + in, "--to=csv:" + out), hint);
    assertFailed(
        run(
            "donors-choose",
            "--projects=" + in,
            "--donations=" + in,
            "--resources=" + in,
            "--output=" + directory.resolve("documents")),
        hint);
    Path before = file("a.csv", "1;2\n3;4\n");
    assertFailed(
        run(
            "transfer",
            "--from=csv:" + before + "," + file("b.csv", "sep=;\n5;6\n"),
            "--delimiter=;",
            "--header=false",
            "--to=csv:" + out),
        hint);
    assertDone(
        run("movie-ratings", "--input=" + in, "--output=" + out, "--skipLines=1", "--delimiter=;"));
    assertThat(Files.readAllLines(out)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"id\":1,\"b\":2}\n", "[{\"id\":1},\n{\"id\":2}]\n", "[\n{\"id\":1}\n]\n"})
  void jsonInPlaceOfAHeaderIsRefused(String json) throws IOException {
    Path in = file("in.csv", json);
    String message = "the first line of " + in + " is JSON and not a header";
    assertFailed(movieRatings(in), message);
    assertFailed(run("transfer", "--from=csv:" + in, "--to=csv:" + out), message);
  }

  @Test
  void donorsChooseReadsNullsAsDatabasesWriteThem() throws IOException {
    Path files = directory.resolve("generated");
    assertDone(run("donors-choose", "--generate=" + files, "--generateDonations=20"));
    String text;
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(files.resolve("donations.csv.gz")))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    // The city, and the amount for the project.
    String field = "(?:\"[^\"]*\")?";
    String nulls =
        text.replaceAll(
            "(?m)^((?:%1$s,){4})%1$s((?:,%1$s){4}),%1$s".formatted(field), "$1\\\\N$2,\\\\N");
    assertThat(nulls).contains("\\N").isNotEqualTo(text);
    Path documents = directory.resolve("documents");
    assertDone(
        run(
            "donors-choose",
            "--projects=" + files.resolve("projects.csv.gz"),
            "--donations=" + file("donations.csv", nulls),
            "--resources=" + files.resolve("resources.csv.gz"),
            "--output=" + documents,
            "--shards=1"));
    assertThat(Files.readAllLines(documents.resolve("documents-00000-of-00001.jsonl")))
        .hasSize(20)
        .anyMatch(line -> line.contains("\"donor_state\""))
        .noneMatch(line -> line.contains("\"donor_city\"") || line.contains("donation_to_project"));
  }

  @Test
  void zeroBytesAreNoHeader() throws IOException {
    Path in = file("in.csv", "\0".repeat(100));
    assertFailed(movieRatings(in), "has a zero byte");
    assertFailed(run("transfer", "--from=csv:" + in, "--to=csv:" + out), "has a zero byte");
  }

  @Test
  void keepsTooManyBadRecordsAndCountsReasons() throws IOException {
    Path in = file("in.csv", "id,name\n1\n2,\"x\"y\n3\n4,d\n5\n");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        run(
            "transfer",
            "--from=csv:" + in,
            "--to=csv:" + out,
            "--badRecords=" + bad,
            "--maxBadRecords=3");
    assertFailed(
        launched,
        "more than 3 bad records (--maxBadRecords): 3 × it has N fields, but the file has N columns,"
            + " 1 × text follows a closing quote; for example "
            + in);
    assertThat(launched.err().get(0))
        .contains("line 2", "line 3", "line 4")
        .doesNotContain("line 6");
    assertThat(Files.readAllLines(bad)).hasSize(4);
    assertThat(out).doesNotExist();
  }

  private Launched movieRatings(Path in) {
    return run("movie-ratings", "--input=" + in, "--output=" + out);
  }

  private static Launched run(String... args) {
    return Launched.with(Main.COMMANDS, args);
  }

  private static void assertFailed(Launched launched, String message) {
    assertThat(launched.exitCode()).as("%s", launched).isNotEqualTo(ExitCode.DONE);
    assertThat(launched.err())
        .as("%s", launched)
        .anySatisfy(line -> assertThat(line).contains(message));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
  }
}
