package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types of values between files, through the command. */
final class TransferTypesTest {

  private static final String CSV =
      """
      id,amount,plus,flag,at,empty
      02134,1.50,+5,Y,2024-01-01 00:00,""
      7,10,-0,true,2024-01-01T00:00:00Z,
      """;

  private final Path directory;

  TransferTypesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void csvToCsvCopiesTheText() throws IOException {
    Path in = file("in.csv", CSV);
    Path out = directory.resolve("out.csv");
    assertDone(transfer("--from=csv:" + in, "--to=csv:" + out));
    assertThat(out).hasContent(CSV);
  }

  @Test
  void csvToJsonKeepsNumbersAndTimesUnchanged() throws IOException {
    Path in = file("in.csv", "n,x,at\n1,1.50,2024-01-01 00:00\n2,10,2024-01-02 00:00\n");
    Path out = directory.resolve("out.jsonl");
    assertDone(transfer("--from=csv:" + in, "--to=jsonl:" + out));
    assertThat(Files.readAllLines(out))
        .containsExactly(
            "{\"n\":1,\"x\":1.50,\"at\":\"2024-01-01 00:00\"}",
            "{\"n\":2,\"x\":10,\"at\":\"2024-01-02 00:00\"}");
  }

  @Test
  void jsonToJsonCopiesValues() throws IOException {
    String json =
        """
        {"a":1.10,"b":"007","c":{"x": "\\ud800"}}
        {"a":"1E2","b":7,"c":null}
        {"a":1E2,"b":true,"c":-0.0}
        """;
    Path in = file("in.jsonl", json);
    Path out = directory.resolve("out.jsonl");
    assertDone(transfer("--from=jsonl:" + in, "--to=jsonl:" + out));
    assertThat(out).hasContent(json);
  }

  @Test
  void jsonStringsAreTextsInFiltersAndTemplates() throws IOException {
    Path in =
        file(
            "in.jsonl",
            "{\"a\":\"7\",\"n\":1}\n{\"a\":\"x\\u00e9\",\"n\":2}\n{\"a\":[1, 2],\"n\":3}\n");
    Path mapping =
        file(
            "m.yaml",
            """
            columns:
              - {name: j, from: a, type: json}
              - {name: t, from: a, type: text}
              - {name: f, template: "<{a}>"}
            filter:
              - a != '7'
            """);
    Path out = directory.resolve("out.jsonl");
    assertDone(transfer("--from=jsonl:" + in, "--to=jsonl:" + out, "--mapping=" + mapping));
    assertThat(out)
        .hasContent(
            "{\"j\":\"x\\u00e9\",\"t\":\"x\u00e9\",\"f\":\"<x\u00e9>\"}\n"
                + "{\"j\":[1, 2],\"t\":\"[1, 2]\",\"f\":\"<[1, 2]>\"}\n");
  }

  @Test
  void namedTypesReplaceGuesses() throws IOException {
    Path in = file("in.csv", "zip,n\n12,1\n");
    Path out = directory.resolve("out.jsonl");
    assertDone(transfer("--from=csv:" + in, "--to=jsonl:" + out, "--types=zip:text"));
    assertThat(out).hasContent("{\"zip\":\"12\",\"n\":1}\n");
    assertDone(transfer("--from=csv:" + in, "--to=jsonl:" + out, "--types=text"));
    assertThat(out).hasContent("{\"zip\":\"12\",\"n\":\"1\"}\n");
  }

  @Test
  void refusesATypeForAMissingColumn() throws IOException {
    Path in = file("in.csv", "zip,n\n12,1\n");
    Launched launched =
        transfer("--from=csv:" + in, "--to=jsonl:" + directory.resolve("o"), "--types=zap:text");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).first().asString().contains("did you mean 'zip'?");
  }

  @Test
  void anInstantWithoutAnOffsetIsExplained() throws IOException {
    Path in = file("in.csv", "id,t\n1,2024-05-06 07:08:09\n");
    Launched launched =
        transfer(
            "--from=csv:" + in,
            "--to=parquet:" + directory.resolve("o.parquet"),
            "--types=t:instant");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .first()
        .asString()
        .contains("'2024-05-06 07:08:09' has no offset from UTC, such as Z or +01:00");
  }

  @Test
  void theSummaryNamesGuessedTypesAndOddValues() throws IOException {
    Path in = file("in.csv", "movieId,year\n1,1995\n2,1995\n3,Bad line\n");
    Launched launched =
        transfer("--from=csv:" + in, "--to=jsonl:" + directory.resolve("out.jsonl"));
    assertDone(launched);
    assertThat(launched.out())
        .anySatisfy(line -> assertThat(line).contains("movieId bigint (--types sets others)"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("column year is text because of 'Bad line' in line 4")
                    .contains("(--types=year:bigint)"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,Ann,3.5;2,Bob,4.0|true",
        "1995-01-01,Ann;1995-01-02,Bob|true",
        "id,name;1,Ann|false",
        "id,1;a,5|true",
        "name,1995,1996;Ann,1,2|false",
        "0,1,2;5,6,7|false",
        "Ann,Bob;Cyd,Dan|false"
      })
  void reportsHeaderThatLooksLikeRecord(String lines, boolean remarked) throws IOException {
    Path in = file("in.csv", lines.replace(';', '\n') + "\n");
    Launched launched = transfer("--from=csv:" + in, "--to=csv:" + directory.resolve("out.csv"));
    assertDone(launched);
    String remark = "looks like a record and was read as the header: --header=false";
    assertThat(launched.out().stream().anyMatch(line -> line.contains(remark)))
        .as("%s", launched)
        .isEqualTo(remarked);
  }

  @ParameterizedTest
  @CsvSource({
    "'id,name;1,x;id,name;2,y;\"id\",name;3,id', 2",
    "'id,name;1,x;id,names;name,id', 0",
    "',name;1,x;,name', 1"
  })
  void aHeaderAmongTheRecordsIsRemarked(String lines, int times) throws IOException {
    Path in = file("in.csv", lines.replace(';', '\n') + "\n");
    Path out = directory.resolve("out.csv");
    Launched launched = transfer("--from=csv:" + in, "--to=csv:" + out);
    assertDone(launched);
    String remark = times + " record(s) equal the header of their file";
    assertThat(launched.out().stream().anyMatch(line -> line.contains(remark)))
        .as("%s", launched)
        .isEqualTo(times > 0);
    assertThat(out).content().contains("1,x");
  }

  @Test
  void aRepeatedValueInTheHeaderIsExplained() throws IOException {
    Path in = file("in.csv", "1,1\n2,3\n");
    Launched launched = transfer("--from=csv:" + in, "--to=csv:" + directory.resolve("out.csv"));
    assertThat(launched.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(launched.err()).anyMatch(line -> line.contains("use --header=false"));
  }

  @Test
  void aPlanNamesTypesAndStyles() throws IOException {
    Path in = file("in.tsv", "1\tx\\ty\t\\N\n");
    Path out = directory.resolve("out.jsonl");
    Path plan =
        file(
            "plan.yaml",
            """
            tasks:
              - name: dump
                transfer:
                  from: {csv: %s, style: dump, columns: [id, name, gone]}
                  to: {jsonl: %s}
                  types: {id: text}
            """
                .formatted(in, out));
    assertDone(transfer("--plan=" + plan));
    assertThat(out).hasContent("{\"id\":\"1\",\"name\":\"x\\ty\",\"gone\":null}\n");
  }

  @Test
  void theOutputMayHaveOtherCharacters() throws IOException {
    Path in = file("in.csv", "a;b\n1;x,y\n");
    Path out = directory.resolve("out.csv");
    assertDone(
        transfer(
            "--from=csv:" + in,
            "--delimiter=;",
            "--to=csv:" + out,
            "--outputDelimiter=tab",
            "--outputHeader=false"));
    assertThat(out).hasContent("1\tx,y\n");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static Launched transfer(String... options) {
    return Launched.with(
        Main.COMMANDS,
        Stream.concat(Stream.of("transfer"), List.of(options).stream()).toArray(String[]::new));
  }
}
