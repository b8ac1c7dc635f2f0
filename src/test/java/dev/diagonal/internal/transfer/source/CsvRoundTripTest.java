package dev.diagonal.internal.transfer.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CSV files say, and that what is written says the same. */
final class CsvRoundTripTest {

  private static final String NULL = "<null>";

  @TempDir Path directory;

  /** The rows of a file, all texts, each a list; bad ones go to {@code bad}. */
  private static List<List<String>> read(Path file, CsvFormat format, List<DeadLetter> bad)
      throws Exception {
    CsvFiles files = CsvFiles.of(List.of(file.toString()), format, RangePlan.DEFAULT);
    List<List<String>> rows = new ArrayList<>();
    for (SourceRange range : files.ranges()) {
      try (RowBlockReader reader = files.open(range, 3)) {
        for (RowBlock block = reader.next(bad::add); block != null; block = reader.next(bad::add)) {
          for (int row = 0; row < block.rows(); row++) {
            List<String> values = new ArrayList<>();
            for (int column = 0; column < block.type().size(); column++) {
              values.add(block.isNull(row, column) ? NULL : block.text(row, column));
            }
            rows.add(values);
          }
        }
      }
    }
    return rows;
  }

  private List<List<String>> read(String text) throws Exception {
    return read(text.getBytes(UTF_8), new ArrayList<>());
  }

  private List<List<String>> read(byte[] text, List<DeadLetter> bad) throws Exception {
    Path file = directory.resolve("in.csv");
    Files.write(file, text);
    return read(file, CsvFormat.DEFAULT, bad);
  }

  @Test
  void quotesDelimitersAndLineBreaksAreQuoted() throws Exception {
    assertThat(read("a,b\n\"x \"\"y\"\", z\",\"one\ntwo\r\nthree\rfour\"\n"))
        .containsExactly(List.of("x \"y\", z", "one\ntwo\r\nthree\rfour"));
  }

  @Test
  void emptyFieldsAreNullUnlessQuoted() throws Exception {
    assertThat(read("a,b,c\n,\"\",x\n")).containsExactly(List.of(NULL, "", "x"));
  }

  @Test
  void acceptsLfCrCrlfAndUnterminatedLastLine() throws Exception {
    assertThat(read("a,b\n1,2\r\n3,4\r5,6"))
        .containsExactly(List.of("1", "2"), List.of("3", "4"), List.of("5", "6"));
  }

  @Test
  void firstColumnNameExcludesByteOrderMark() throws Exception {
    Path file = directory.resolve("marked.csv");
    Files.writeString(file, "\uFEFFid,b\n1,2\n");
    assertThat(
            CsvFiles.of(List.of(file.toString()), CsvFormat.DEFAULT, RangePlan.DEFAULT)
                .declared()
                .names())
        .containsExactly("id", "b");
  }

  @Test
  void aRaggedRowIsBadAndSaysWhere() throws Exception {
    List<DeadLetter> bad = new ArrayList<>();
    assertThat(read("a,b\n1,2\n3\n4,5,6\n7,8\n".getBytes(UTF_8), bad))
        .containsExactly(List.of("1", "2"), List.of("7", "8"));
    assertThat(bad)
        .extracting(DeadLetter::offset, DeadLetter::reason, DeadLetter::record)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                8L, "line 3, it has 1 fields, but the file has 2 columns", "3"),
            org.assertj.core.groups.Tuple.tuple(
                10L, "line 4, it has 3 fields, but the file has 2 columns", "4,5,6"));
  }

  @Test
  void emptyLinesAreNotRows() throws Exception {
    assertThat(read("a,b\n\n1,2\n\r\n\n3,4\n\n"))
        .containsExactly(List.of("1", "2"), List.of("3", "4"));
  }

  @Test
  void nulIsACharacterLikeAnyOther() throws Exception {
    assertThat(read("a,b\nx\0y,2\n")).containsExactly(List.of("x\0y", "2"));
  }

  @Test
  void aFieldOfTenMebibytesIsRead() throws Exception {
    String large = "é\"\n".repeat(10 << 18);
    String quoted = large.replace("\"", "\"\"");
    List<List<String>> rows = read("a,b\n\"" + quoted + "\",2\n3,4\n");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).get(0).equals(large)).isTrue();
    assertThat(rows.get(1)).containsExactly("3", "4");
  }

  @Test
  void anotherEncodingIsReadIfItIsNamed() throws Exception {
    Path file = directory.resolve("latin.csv");
    Files.write(file, "a,b\nDvořák".replace("ř", "r").concat(",é\n").getBytes(ISO_8859_1));
    CsvFormat latin = new CsvFormat(CsvDialect.RFC_4180, true, List.of(), "ISO-8859-1", null);
    assertThat(read(file, latin, new ArrayList<>())).containsExactly(List.of("Dvorák", "é"));
  }

  @Test
  void invalidUtf8IsABadRow() throws Exception {
    Path file = directory.resolve("wrong.csv");
    Files.write(file, "a,b\nok,1\né,2\n".getBytes(ISO_8859_1));
    CsvFiles files = CsvFiles.of(List.of(file.toString()), CsvFormat.DEFAULT, RangePlan.DEFAULT);
    List<DeadLetter> bad = new ArrayList<>();
    List<String> rows = converted(files, Mapping.NONE, bad);
    assertThat(rows).containsExactly("ok,1");
    assertThat(bad)
        .singleElement()
        .extracting(DeadLetter::reason)
        .isEqualTo("line 3, column 'a': 'é' is not UTF-8");
  }

  @Test
  void valueUnlikeSampleIsBadRecordWithLine() throws Exception {
    StringBuilder text = new StringBuilder("id,score\n");
    for (int i = 0; i < 1_500; i++) {
      text.append(i).append(",1.5\n");
    }
    text.append("x7,2.5\n8,\n9,much\n");
    Path file = directory.resolve("typed.csv");
    Files.writeString(file, text);
    CsvFormat splittable =
        CsvFormat.DEFAULT.withDialect(CsvDialect.RFC_4180.withLineBreaksInQuotes(false));
    CsvFiles files =
        CsvFiles.of(List.of(file.toString()), splittable, new RangePlan(8, 1_000, 1_000, 100));
    assertThat(files.ranges()).hasSizeGreaterThan(5);
    List<DeadLetter> bad = new ArrayList<>();
    List<String> rows = converted(files, Mapping.NONE, bad);
    assertThat(rows).hasSize(1_501).contains("0,1.5", "1499,1.5", "8,");
    String guessed =
        "the type was guessed from the first 1,000 records of "
            + file
            + ". Set another: --types=%s:text, or --types=text for all columns";
    assertThat(bad)
        .extracting(DeadLetter::reason)
        .containsExactlyInAnyOrder(
            "line 1502, column 'id': 'x7' is not a bigint; " + guessed.formatted("id"),
            "line 1504, column 'score': 'much' is not a decimal; " + guessed.formatted("score"));
  }

  @Test
  void filesOfOtherColumnsAreRefused() throws Exception {
    Files.writeString(directory.resolve("1.csv"), "a,b\n1,2\n");
    Files.writeString(directory.resolve("2.csv"), "a,c\n1,2\n");
    CsvFiles files =
        CsvFiles.of(List.of(directory + "/*.csv"), CsvFormat.DEFAULT, RangePlan.DEFAULT);
    assertThatThrownBy(() -> converted(files, Mapping.NONE, new ArrayList<>()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("2.csv has the columns [a, c], but the first file has [a, b]");
  }

  /** The converted rows of all ranges as lines of CSV. */
  static List<String> converted(BlockSource source, Mapping mapping, List<DeadLetter> bad)
      throws Exception {
    ConversionPlan plan =
        new ConversionPlan(
            source.blockType(),
            source.declared(),
            mapping,
            source.readsBytes(),
            false,
            source.guesses());
    List<String> rows = new ArrayList<>();
    for (SourceRange range : source.ranges()) {
      Conversion conversion = new Conversion(plan, 100);
      BlockConverter.Output lines =
          block -> {
            for (int row = 0; row < block.rows(); row++) {
              ByteBuilder line = new ByteBuilder(64);
              CsvFormatter.RFC_4180.put(block, row, line);
              rows.add(line.toString());
            }
          };
      try (RowBlockReader reader = source.open(range, 100)) {
        for (RowBlock block = reader.next(bad::add); block != null; block = reader.next(bad::add)) {
          conversion.convert(block, lines, bad::add);
        }
      }
      conversion.finish(lines, bad::add);
    }
    return rows;
  }

  @Property(tries = 300)
  void roundTripAgreesWithSecondLibrary(@ForAll("rows") List<List<String>> rows) throws Exception {
    RowType type =
        new RowType(
            List.of(
                new Field("a", FieldType.TEXT),
                new Field("b,\"", FieldType.TEXT),
                new Field("c", FieldType.TEXT)));
    RowBlock block = new RowBlock(type, Math.max(1, rows.size()), RowOrigin.of(""));
    for (List<String> row : rows) {
      for (int i = 0; i < 3; i++) {
        if (row.get(i).equals(NULL)) {
          block.setNull(i);
        } else {
          block.setText(i, row.get(i));
        }
      }
      block.endRow();
    }
    ByteBuilder text = new ByteBuilder(100);
    CsvFormatter.RFC_4180.putHeader(type, text);
    for (int row = 0; row < rows.size(); row++) {
      CsvFormatter.RFC_4180.putLine(block, row, text);
    }
    Path file = Files.createTempFile("round", ".csv");
    try {
      Files.writeString(file, text.toString());
      assertThat(read(file, CsvFormat.DEFAULT, new ArrayList<>())).isEqualTo(rows);
    } finally {
      Files.delete(file);
    }
    List<List<String>> others = new ArrayList<>();
    try (CSVParser parser = CSVParser.parse(new StringReader(text.toString()), CSVFormat.RFC4180)) {
      for (CSVRecord each : parser) {
        others.add(List.of(each.get(0), each.get(1), each.get(2)));
      }
    }
    assertThat(others.subList(1, others.size()))
        .isEqualTo(
            rows.stream()
                .map(row -> row.stream().map(v -> v.equals(NULL) ? "" : v).toList())
                .toList());
  }

  @Test
  void quotesNumbersThatContainTheDelimiter() {
    RowType type =
        new RowType(
            List.of(new Field("number", FieldType.BIGINT), new Field("day", FieldType.DATE)));
    RowBlock block = new RowBlock(type, 1, RowOrigin.of(""));
    block.setWord(0, -17);
    block.setWord(1, 0);
    block.endRow();
    for (String[] each :
        new String[][] {
          {"-", "\"-17\"-\"1970-01-01\""}, {"7", "\"-17\"7\"1970-01-01\""}, {",", "-17,1970-01-01"}
        }) {
      ByteBuilder line = new ByteBuilder(100);
      new CsvFormatter(each[0], '"', "\n").put(block, 0, line);
      assertThat(line.toString()).isEqualTo(each[1]);
    }
  }

  @Provide
  Arbitrary<List<List<String>>> rows() {
    Arbitrary<String> text =
        Arbitraries.strings().withChars("ab ,;\"'\n\r\t\\é€\uD83D\uDE00").ofMaxLength(8);
    Arbitrary<String> value =
        Arbitraries.oneOf(text.filter(CsvRoundTripTest::isWhole), Arbitraries.just(NULL));
    return value.list().ofSize(3).list().ofMaxSize(20);
  }

  /** Whether a text has no half of a character that needs two. */
  private static boolean isWhole(String text) {
    return new String(text.getBytes(UTF_8), UTF_8).equals(text);
  }
}
