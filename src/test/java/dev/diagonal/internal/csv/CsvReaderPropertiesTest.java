package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.csv.CsvDialect;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
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

/** Whatever a file holds, Apache Commons CSV reads the same. */
final class CsvReaderPropertiesTest {

  private static final CSVFormat REFERENCE =
      CSVFormat.RFC4180.builder().setEscape('\\').setIgnoreEmptyLines(true).build();

  private static final CsvDialect DIALECT = CsvDialect.RFC_4180.withEscape('\\');

  @Property(tries = 2_000)
  void recordsAreThoseOfCommonsCsv(@ForAll("files") String file) throws IOException {
    assertThat(ours(file, 1 << 10)).isEqualTo(theirs(file));
  }

  /** The buffer is as large as the longest record allowed: it ends anywhere. */
  @Property(tries = 2_000)
  void whereTheBufferEndsDoesNotMatter(@ForAll("files") String file, @ForAll("rooms") int room)
      throws IOException {
    assertThat(ours(file, longestRecord(file) + room)).isEqualTo(theirs(file));
  }

  /** Fields that need quotes and some that have them without need, and every line end. */
  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> value =
        Arbitraries.strings().withChars("xy ,\"\\\n\r\u00E4\u4E16").ofMaxLength(6);
    Arbitrary<String> quoted =
        value.map(v -> '"' + v.replace("\\", "\\\\").replace("\"", "\"\"") + '"');
    Arbitrary<String> escaped =
        value.map(v -> '"' + v.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    Arbitrary<String> plain = Arbitraries.strings().withChars("xy \u00E4\u4E16").ofMaxLength(4);
    Arbitrary<String> ended =
        Arbitraries.oneOf(quoted, escaped, plain)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(fields -> String.join(",", fields))
            .flatMap(line -> Arbitraries.of("\n", "\r\n").map(end -> line + end));
    return ended.list().ofMaxSize(6).map(lines -> String.join("", lines));
  }

  @Provide
  Arbitrary<Integer> rooms() {
    return Arbitraries.integers().between(0, 20);
  }

  private static List<List<String>> ours(String file, int maxRecordBytes) throws IOException {
    List<List<String>> records = new ArrayList<>();
    try (CsvReader reader = reader(file, maxRecordBytes)) {
      while (reader.next()) {
        assertThat(reader.problem()).isNull();
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < reader.fields().count(); i++) {
          fields.add(reader.fields().text(i));
        }
        records.add(fields);
      }
    }
    return records;
  }

  private static int longestRecord(String file) throws IOException {
    int longest = 1;
    try (CsvReader reader = reader(file, 1 << 10)) {
      while (reader.next()) {
        longest = Math.max(longest, reader.record().getBytes(UTF_8).length);
      }
    }
    return longest;
  }

  private static CsvReader reader(String file, int maxRecordBytes) {
    return CsvReader.of(new ByteArrayInputStream(file.getBytes(UTF_8)), DIALECT, maxRecordBytes);
  }

  private static List<List<String>> theirs(String file) throws IOException {
    try (CSVParser parser = CSVParser.parse(new StringReader(file), REFERENCE)) {
      return parser.stream().map(CSVRecord::toList).toList();
    }
  }
}
