package dev.diagonal.internal.transfer.source;

import static dev.diagonal.internal.transfer.source.CsvRoundTripTest.converted;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.InferredTypes;
import dev.diagonal.internal.transfer.mapping.ColumnTypes;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of values whose types are guessed from the first records of a file. */
final class GuessedTypesTest {

  private final Path directory;
  private final List<DeadLetter> bad = new ArrayList<>();

  GuessedTypesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @CsvSource({
    "12,BIGINT",
    "02134,TEXT",
    "+5,TEXT",
    "-0,TEXT",
    "-0.0,TEXT",
    "1.5,DECIMAL",
    "1.50,DECIMAL",
    ".5,TEXT",
    "1e5,TEXT",
    "123456789012345678901,DECIMAL",
    "true,BOOLEAN",
    "True,TEXT",
    "2024-02-29,DATE",
    "2023-02-29,TEXT",
    "0000-00-00,TEXT",
    "2024-01-01 10:00:00,TIMESTAMP",
    "2024-01-01 24:00:00,TEXT",
    "2024-01-01 23:59:60,TEXT",
    "2024-01-01T10:00:00+01,INSTANT",
    "2024-01-01T10:00:00+25:00,TEXT"
  })
  void guessesOnlyWhatComesBack(String text, FieldType type) {
    assertThat(InferredTypes.typeOf(text)).isEqualTo(type);
  }

  private static final String SAMPLE_ROW = "%s,1.25,true,2024-01-01 00:00:00,2024-01-01\n";

  @ParameterizedTest
  @CsvSource({
    "zip,02134",
    "zip,+5",
    "zip,-0",
    "amount,.5",
    "amount,1e-400",
    "amount,01.5",
    "amount,-0.0",
    "flag,1",
    "flag,yes",
    "flag,TRUE",
    "day,+12024-01-01"
  })
  void refusesLaterValuesThatWouldChange(String column, String value) throws IOException {
    List<String> columns = List.of("zip", "amount", "flag", "at", "day");
    String[] last = {"7", "1.5", "true", "2024-01-01 00:00:00", "2024-01-01"};
    last[columns.indexOf(column)] = value;
    CsvFiles files = csv(thousandRows() + String.join(",", last) + "\n");

    assertThat(rows(files, Mapping.NONE)).hasSize(1_000);

    assertThat(bad)
        .singleElement()
        .extracting(DeadLetter::reason)
        .asString()
        .startsWith("line 1002, column '" + column + "': '" + value + "' would change when")
        .contains("guessed from the first 1,000 records of " + directory.resolve("in.csv"))
        .endsWith("Set another: --types=" + column + ":text, or --types=text for all columns");
  }

  @Test
  void refusesTimesBelowAMicrosecond() throws IOException {
    String time = "2024-01-01 00:00:01.1234567";
    CsvFiles files = csv("at\n" + "2024-01-01 00:00:00\n".repeat(1_000) + time + "\n");
    assertThat(rows(files, Mapping.NONE)).hasSize(1_000);
    Mapping named = ColumnTypes.of("at:timestamp").in(Mapping.NONE, files.declared());
    assertThat(rows(files, named)).hasSize(1_000);
    assertThat(bad)
        .extracting(DeadLetter::reason)
        .satisfiesExactly(
            reason -> assertThat(reason).contains(time + "' is not a timestamp; the type was"),
            reason -> assertThat(reason).endsWith(time + "' is not a valid timestamp"));
  }

  @Test
  void keepsEveryDigitOfLaterDecimals() throws IOException {
    String digits = "0.1234567890123456789";
    CsvFiles files = csv(thousandRows() + SAMPLE_ROW.formatted(1).replace("1.25", digits));
    assertThat(rows(files, Mapping.NONE)).last().asString().startsWith("1," + digits + ",true");
    assertThat(bad).isEmpty();
  }

  @Test
  void textKeepsWhatItsNamedTypeAllows() throws IOException {
    CsvFiles files = csv(thousandRows() + SAMPLE_ROW.replace("%s", "02134"));
    Mapping text = ColumnTypes.of("zip:text").in(Mapping.NONE, files.declared());
    assertThat(rows(files, text)).last().asString().startsWith("02134,1.25,");
    bad.clear();
    Mapping number = ColumnTypes.of("zip:bigint").in(Mapping.NONE, files.declared());
    assertThat(rows(files, number)).last().asString().startsWith("2134,1.25,");
    assertThat(bad).isEmpty();
  }

  private static String thousandRows() {
    StringBuilder rows = new StringBuilder("zip,amount,flag,at,day\n");
    for (int i = 0; i < 1_000; i++) {
      rows.append(SAMPLE_ROW.formatted(90_000 + i));
    }
    return rows.toString();
  }

  @Test
  void longNumbersBesideFractionsStayDifferent() throws IOException {
    CsvFiles files = csv("account\n100000000000000017\n100000000000000018\n2.5\n");
    assertThat(files.declared().field(0).type()).isEqualTo(FieldType.DECIMAL);
    assertThat(rows(files, Mapping.NONE))
        .containsExactly("100000000000000017", "100000000000000018", "2.5");
  }

  @Test
  void saysWhichValueMakesAColumnText() throws IOException {
    CsvFiles files = csv("id,name\n1,a\n2,b\nN/A,c\n4,5\n");
    assertThat(RowTransfer.of(files, Mapping.NONE, List.of()).remarks())
        .containsExactly(
            "column id is text because of 'N/A' in line 4; its other values are bigint"
                + " (--types=id:bigint)");
  }

  @Test
  void saysWhichTypesAreGuessed() throws IOException {
    CsvFiles files = csv("id,name,price\n1,a,1.50\n");
    assertThat(RowTransfer.of(files, Mapping.NONE, List.of()).remarks())
        .containsExactly(
            "types guessed from the first record of %s: id bigint, price decimal (--types sets others)"
                .formatted(directory.resolve("in.csv")));
  }

  @Test
  void decimalsOfMoreDigitsThanNamedAreBad() throws IOException {
    CsvFiles files = csv("price\n12345678.12\n1.234\n123456789\n1.500\n");
    Mapping sized = ColumnTypes.of("price:decimal(10,2)").in(Mapping.NONE, files.declared());
    assertThat(rows(files, sized)).containsExactly("12345678.12", "1.500");
    assertThat(bad)
        .extracting(DeadLetter::reason)
        .containsExactly(
            "line 3, column 'price': '1.234' has more digits than decimal(10,2) allows",
            "line 4, column 'price': '123456789' has more digits than decimal(10,2) allows");
  }

  @Test
  void doublesThatVanishAreBad() throws IOException {
    CsvFiles files = csv("x\n1e-400\n-0\n1e5\n");
    Mapping doubles = ColumnTypes.of("double").in(Mapping.NONE, files.declared());
    assertThat(rows(files, doubles)).containsExactly("-0.0", "100000.0");
    assertThat(bad)
        .extracting(DeadLetter::reason)
        .containsExactly("line 2, column 'x': '1e-400' is not a valid double");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zip:texts", "zip:decimal(0,1)", "zip:text,zip:text", "text,text", "no:text"})
  void refusesOddTypes(String types) throws IOException {
    RowType declared = csv("zip\n1\n").declared();
    assertThatThrownBy(() -> ColumnTypes.of(types).in(Mapping.NONE, declared))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nullTextIsComparedAsWritten() throws IOException {
    CsvDialect escaped = new CsvDialect(',', '"', '\\', true);
    CsvFormat format = new CsvFormat(escaped, true, List.of(), "UTF-8", "\\N");
    assertThat(rows(csv("id,a\n1,\\N\n2,\\\\N\n3,N\n4,\"\\N\"\n", format), Mapping.NONE))
        .containsExactly("1,", "2,\\N", "3,N", "4,N");
  }

  @Test
  void textDumpsComeBack() throws IOException {
    // As PostgreSQL writes the first two and MySQL the third.
    String dump = "1\tAnn\\tB\\nC\t\\N\n2\t\\\\N\tx\\\\y\n3\ta\\\tb\\\nc\\0d\t\n";
    CsvFiles files = csv(dump, CsvFormat.TEXT_DUMP);
    assertThat(files.declared().names()).containsExactly("c1", "c2", "c3");
    Mapping text = ColumnTypes.of("text").in(Mapping.NONE, files.declared());
    assertThat(rows(files, text))
        .containsExactly("1,\"Ann\tB\nC\",", "2,\\N,x\\y", "3,\"a\tb\nc\0d\",");
  }

  @Test
  void aFileWithEscapesHasOneReader() throws IOException {
    CsvDialect lines = new CsvDialect(',', '"', '\\', false);
    CsvFormat format = new CsvFormat(lines, true, List.of(), "UTF-8", null);
    Path file = Files.writeString(directory.resolve("in.csv"), "a,b\n" + "1,x\\\ny\n".repeat(99));
    CsvFiles files = CsvFiles.of(List.of(file.toString()), format, new RangePlan(8, 10, 10, 100));
    assertThat(files.ranges()).hasSize(1);
    assertThat(rows(files, Mapping.NONE)).hasSize(99).containsOnly("1,\"x\ny\"");
  }

  @Test
  void jsonTextsAreNotNumbers() throws IOException {
    JsonLineFiles files =
        json(
            "{\"n\":1,\"x\":1.5,\"b\":true}\n".repeat(1_000)
                + "{\"n\":\"007\"}\n{\"b\":\"yes\"}\n");
    assertThat(strictRows(files)).hasSize(1_000);
    assertThat(bad)
        .extracting(DeadLetter::reason)
        .satisfiesExactly(
            reason ->
                assertThat(reason)
                    .startsWith("line 1001, column 'n': '\"007\"' is not a bigint; the type was"),
            reason ->
                assertThat(reason).startsWith("line 1002, column 'b': '\"yes\"' is not a boolean"));
  }

  @Test
  void jsonNumbersKeepEveryDigit() throws IOException {
    JsonLineFiles files =
        json("{\"n\":9007199254740993,\"x\":1E2}\n{\"n\":1.5,\"x\":0.12345678901234567890123}\n");
    assertThat(strictRows(files))
        .containsExactly("9007199254740993,100", "1.5,0.12345678901234567890123");
    assertThat(bad).isEmpty();
  }

  @Test
  void halfCharactersAreBad() throws IOException {
    JsonLineFiles files =
        json(
            "{\"k\":\"\\ud800\",\"v\":1}\n{\"k\":\"\\ude00\",\"v\":2}\n"
                + "{\"k\":\"\\ud83d\\ude00\",\"v\":3}\n");
    assertThat(strictRows(files)).containsExactly("\uD83D\uDE00,3");
    assertThat(bad)
        .extracting(DeadLetter::reason)
        .containsExactly(
            "line 1, key 'k': its text has half of a surrogate pair, which is not a character",
            "line 2, key 'k': its text has half of a surrogate pair, which is not a character");
  }

  @Test
  void jsonBesideTextsStaysJson() throws IOException {
    JsonLineFiles files = json("{\"k\":\"a\"}\n{\"k\":[1,\"b\"]}\n{\"k\":2}\n");
    assertThat(files.declared().field(0).type()).isEqualTo(FieldType.JSON);
    assertThat(RowTransfer.of(files, Mapping.NONE, List.of()).remarks())
        .noneMatch(remark -> remark.contains("is text because"));
  }

  @Test
  void nothingMayFollowAnObjectInItsLine() throws IOException {
    JsonLineFiles files = json("{\"a\":1}\n{\"a\":2}\u0001{\"a\":3}\n{\"a\":4}\n");
    assertThat(strictRows(files)).containsExactly("1", "4");
    assertThat(bad).extracting(DeadLetter::offset).containsExactly(8L);
  }

  @Test
  void zeroBytesMakeOneBadRecordWithPlace() throws IOException {
    JsonLineFiles files = json("{\"a\":1}\n" + "\0".repeat(4_096) + "\n{\"a\":3}\n");
    assertThat(strictRows(files)).containsExactly("1", "3");
    assertThat(bad)
        .singleElement()
        .extracting(DeadLetter::reason)
        .asString()
        .startsWith("line 2, it is not JSON: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{\"a\":1}]|line 2, it is a JSON array; each line must be one JSON object, in UTF-8 (jq -c '.[]' FILE makes lines of an array)",
        "{|line 2, the JSON object does not end in this line; each line must be one JSON object, in"
            + " UTF-8",
        "5|line 2, it is a JSON value but not an object; each line must be one JSON object, in"
            + " UTF-8",
        "{\"\":1}|line 2, a key is blank or not a text: ''",
        "' \t '|line 2, it is blank; each line must be one JSON object, in UTF-8"
      })
  void reportsWhatLineHoldsInsteadOfObject(String line, String reason) throws IOException {
    JsonLineFiles files = json("{\"a\":1}\n" + line + "\n{\"a\":3}\n");
    assertThat(strictRows(files)).containsExactly("1", "3");
    assertThat(bad).extracting(DeadLetter::reason).containsExactly(reason);
  }

  @Test
  void indentedJsonIsRefusedWithTheReason() {
    assertThatThrownBy(() -> json("{\n  \"a\": 1\n}\n"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("in.jsonl, line 1: the JSON object does not end in this line");
  }

  @Test
  void longJsonTextsAreRead() throws IOException {
    String large = "x".repeat(21_000_000);
    JsonLineFiles files = json("{\"a\":\"%s\",\"b\":1}\n{\"a\":\"y\",\"b\":2}\n".formatted(large));
    List<String> rows = strictRows(files);
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).equals(large + ",1")).isTrue();
  }

  @Test
  void deadLetterHoldsStartOfLongRecord() throws IOException {
    CsvFiles files = csv("a,b\n" + "x".repeat(21_000_000) + ",1,2\ny,2\n");
    assertThat(rows(files, Mapping.NONE)).containsExactly("y,2");
    DeadLetter line = bad.get(0);
    assertThat(line.record())
        .hasSizeLessThanOrEqualTo(DeadLetter.MAX_CHARACTERS)
        .endsWith("x… (21000004 characters)");
    assertThat(DeadLetter.of(line.toBadRecord())).isEqualTo(line);
  }

  private CsvFiles csv(String text) throws IOException {
    return csv(text, CsvFormat.DEFAULT);
  }

  private CsvFiles csv(String text, CsvFormat format) throws IOException {
    Path file = Files.write(directory.resolve("in.csv"), text.getBytes(UTF_8));
    return CsvFiles.of(List.of(file.toString()), format, RangePlan.DEFAULT);
  }

  private JsonLineFiles json(String text) throws IOException {
    Path file = Files.write(directory.resolve("in.jsonl"), text.getBytes(UTF_8));
    return JsonLineFiles.of(List.of(file.toString()), RangePlan.DEFAULT, false);
  }

  private List<String> strictRows(JsonLineFiles files) {
    return rows(files.strict(requireNonNull(files.guesses()).columns(), Set.of()), Mapping.NONE);
  }

  private List<String> rows(BlockSource source, Mapping mapping) {
    try {
      return converted(source, mapping, bad);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
