package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.SkippedLines;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CsvReaderTest {

  private static final CsvDialect WITH_ESCAPE = CsvDialect.RFC_4180.withEscape('\\');

  @Test
  void recordsEndAtAnyLineBreak() throws IOException {
    assertThat(read("a,b\nc\r\nd,\re", CsvDialect.RFC_4180)).containsExactly("a|b", "c", "d|", "e");
  }

  @Test
  void skipsEmptyLinesButKeepsEmptyFields() throws IOException {
    assertThat(read("\n\na\r\n\r\n\"\"\n,\n", CsvDialect.RFC_4180)).containsExactly("a", "", "|");
    assertThat(read("", CsvDialect.RFC_4180)).isEmpty();
  }

  @Test
  void quotedFieldsHoldDelimitersLineBreaksAndQuotes() throws IOException {
    assertThat(read("\"a,b\",\"two\nlines\",\"say \"\"so\"\"\"\nnext", CsvDialect.RFC_4180))
        .containsExactly("a,b|two\nlines|say \"so\"", "next");
  }

  @Test
  void escapesWorkInQuotesAndOutside() throws IOException {
    assertThat(read("\"a\\\"b\\\\\",c\\,d\\\ne\n\\\"f", WITH_ESCAPE))
        .containsExactly("a\"b\\|c,d\ne", "\"f");
    assertThat(read("\"a\\\",b\n", CsvDialect.RFC_4180)).containsExactly("a\\|b");
  }

  @Test
  void otherDelimitersAndNoQuotesAreADialect() throws IOException {
    CsvDialect plain = CsvDialect.RFC_4180.withDelimiter("\t").withQuote(CsvDialect.NONE);
    assertThat(read("\"a\tb,c\"\n", plain)).containsExactly("\"a|b,c\"");
    assertThat(read("'a;b';c\n", CsvDialect.RFC_4180.withDelimiter(";").withQuote('\'')))
        .containsExactly("a;b|c");
  }

  @Test
  void aDelimiterMayHaveSeveralCharacters() throws IOException {
    CsvDialect colons = CsvDialect.RFC_4180.withDelimiter("::");
    assertThat(read("a::b:c:::d\n::\n\"x::y\"::\"z\"\n:", colons))
        .containsExactly("a|b:c|:d", "|", "x::y|z", ":");
    assertThat(read("\"a\":b\nc\n", colons))
        .containsExactly("text follows a closing quote: \"a\":b", "c");
    assertThat(read("a\\::b::c\n", colons.withEscape('\\'))).containsExactly("a::b|c");
  }

  @Test
  void byteFfIsNeitherQuoteNorEscape() throws IOException {
    byte[] text = "\u00ffa,\"b\u00ff\"\"c\"\n".getBytes(ISO_8859_1);
    CsvReader reader = CsvReader.of(new ByteArrayInputStream(text), CsvDialect.RFC_4180, 1_000);
    assertThat(reader.next()).isTrue();
    byte[] value = new byte[9];
    assertThat(reader.fields().copy(1, value, 0)).isEqualTo(4);
    assertThat(new String(value, 0, 4, ISO_8859_1)).isEqualTo("b\u00ff\"c");
    CsvReader plain =
        CsvReader.of(
            new ByteArrayInputStream(text), CsvDialect.RFC_4180.withQuote(CsvDialect.NONE), 1_000);
    assertThat(plain.next()).isTrue();
    assertThat(plain.problem()).isNull();
    assertThat(plain.fields().count()).isEqualTo(2);
  }

  @Test
  void skipsFirstLinesAndComments() throws IOException {
    CsvDialect skipping = CsvDialect.RFC_4180.withSkipped(new SkippedLines(2, "//"));
    assertThat(read("\uFEFF\"x\n\n// \"\r\n/,a\r//b\n\"c\n//d\"\n//", skipping))
        .containsExactly("/|a", "c\n//d");
    CsvReader reader = reader("x\r\n\r\n//\na\n//\nb", skipping);
    assertThat(reader.next()).isTrue();
    assertThat(List.of(reader.offset(), reader.line())).containsExactly(8L, 4L);
    assertThat(reader.next()).isTrue();
    assertThat(List.of(reader.offset(), reader.line())).containsExactly(13L, 6L);
    assertThat(read("x\n", skipping)).isEmpty();
  }

  @Test
  void firstFieldExcludesByteOrderMark() throws IOException {
    assertThat(read("\uFEFFa,b\n", CsvDialect.RFC_4180)).containsExactly("a|b");
    assertThat(read("\uFEFF\"a\"\n", CsvDialect.RFC_4180)).containsExactly("a");
  }

  @Test
  void quotedEmptyFieldIsNotNull() throws IOException {
    CsvReader reader = reader("\"\",,x", CsvDialect.RFC_4180);
    assertThat(reader.next()).isTrue();
    assertThat(reader.fields().isNull(0)).isFalse();
    assertThat(reader.fields().isQuoted(0)).isTrue();
    assertThat(reader.fields().isNull(1)).isTrue();
    assertThat(reader.fields().isEmpty(1)).isTrue();
    assertThat(reader.fields().isQuoted(2)).isFalse();
  }

  @Test
  void recordsKnowTheirPlace() throws IOException {
    CsvReader reader = reader("\uFEFFa\n\n\"b\r\nc\rd\\\ne\",f\r\ng", WITH_ESCAPE);
    assertThat(reader.next()).isTrue();
    assertThat(List.of(reader.offset(), reader.line())).containsExactly(3L, 1L);
    assertThat(reader.next()).isTrue();
    assertThat(List.of(reader.offset(), reader.line())).containsExactly(6L, 3L);
    assertThat(reader.next()).isTrue();
    assertThat(List.of(reader.offset(), reader.line())).containsExactly(21L, 7L);
    assertThat(reader.record()).isEqualTo("g");
    assertThat(reader.next()).isFalse();
    assertThat(reader.next()).isFalse();
  }

  @Test
  void resumesAtNextLineAfterBadRecord() throws IOException {
    assertThat(read("\"a\"b\nc\n", CsvDialect.RFC_4180))
        .containsExactly("text follows a closing quote: \"a\"b", "c");
    assertThat(read("c\n\"a\nb", CsvDialect.RFC_4180))
        .containsExactly("c", "a quote is not closed: \"a\nb");
    assertThat(read("\"a\nb", CsvDialect.RFC_4180.withLineBreaksInQuotes(false)))
        .containsExactly("a quote is not closed: \"a", "b");
    assertThat(read("a\\", WITH_ESCAPE))
        .containsExactly("nothing follows the escape character: a\\");
    assertThat(read("\"a\\", WITH_ESCAPE)).containsExactly("a quote is not closed: \"a\\");
  }

  @Test
  void skipsTooLongRecordToItsEnd() throws IOException {
    String essay = "\"" + "line \"\"of\"\", \\\" an essay\r\n".repeat(20_000) + "\"";
    String text = "a,b\n" + essay + ",x,\"\"\nc,d\ne,\"" + "y".repeat(20) + "\nf,g\"\n1\\\n2\nh";
    List<String> read = new ArrayList<>();
    CsvReader reader = reader(text, WITH_ESCAPE, 20);
    while (reader.next()) {
      read.add(reader.line() + " " + reader.offset() + " " + reader.problem());
    }
    int behind = 4 + essay.length() + 6;
    assertThat(read)
        .containsExactly(
            "1 0 null",
            "2 4 the record has more than 20 bytes",
            "20003 " + behind + " null",
            "20004 " + (behind + 4) + " the record has more than 20 bytes",
            "20006 " + (behind + 4 + 3 + 20 + 6) + " null",
            "20008 " + (behind + 4 + 3 + 20 + 6 + 5) + " null");
  }

  @Test
  void aRecordMayHaveExactlyTheBytesAllowed() throws IOException {
    CsvReader reader = reader("12345678\r\n123456789\n12345678", CsvDialect.RFC_4180, 8);
    assertThat(reader.next()).isTrue();
    assertThat(reader.problem()).isNull();
    assertThat(reader.next()).isTrue();
    assertThat(reader.problem()).isEqualTo("the record has more than 8 bytes");
    assertThat(reader.record()).startsWith("12345678");
    assertThat(reader.next()).isTrue();
    assertThat(reader.problem()).isNull();
    assertThat(reader.fields().text(0)).isEqualTo("12345678");
  }

  @Test
  void replacesAndCountsInvalidUtf8IfAsked() throws IOException {
    byte[] broken = "\"M\u00FCller\",\u00E9\nok\n".getBytes(ISO_8859_1);
    try (CsvReader reader =
        new CsvReader(
            Channels.newChannel(new ByteArrayInputStream(broken)), WITH_ESCAPE, 1 << 10, true)) {
      assertThat(reader.next()).isTrue();
      byte[] value = new byte[100];
      int end = reader.fields().copy(0, value, 0);
      assertThat(new String(value, 0, end, UTF_8)).isEqualTo("M\uFFFDller");
      assertThat(reader.fields().text(1)).isEqualTo("\uFFFD");
      assertThat(reader.replacedCharacters()).isEqualTo(2);
      assertThat(reader.next()).isTrue();
      assertThat(reader.replacedCharacters()).isEqualTo(2);
    }
  }

  @Test
  void doesNotCountReplacementCharacterInFile() throws IOException {
    try (CsvReader reader =
        new CsvReader(
            Channels.newChannel(new ByteArrayInputStream("\uFFFD\u00E4".getBytes(UTF_8))),
            WITH_ESCAPE,
            1 << 10,
            true)) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.fields().text(0)).isEqualTo("\uFFFD\u00E4");
      assertThat(reader.replacedCharacters()).isZero();
    }
  }

  @Test
  void aDialectThatCannotBeReadIsRefused() {
    assertThatThrownBy(() -> CsvDialect.RFC_4180.withDelimiter("\""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must differ");
    assertThatThrownBy(() -> CsvDialect.RFC_4180.withQuote('\u00E4'))
        .hasMessageContaining("must be ASCII");
    assertThatThrownBy(() -> CsvDialect.RFC_4180.withDelimiter("\0"))
        .hasMessageContaining("delimiter must be a character");
    assertThatThrownBy(() -> reader("", CsvDialect.RFC_4180, 0))
        .hasMessageContaining("maxRecordBytes must be within");
  }

  /** Each record with its fields between bars, or with its problem. */
  private static List<String> read(String text, CsvDialect dialect) throws IOException {
    List<String> records = new ArrayList<>();
    CsvReader reader = reader(text, dialect);
    while (reader.next()) {
      if (reader.problem() != null) {
        records.add(reader.problem() + ": " + reader.record());
        continue;
      }
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < reader.fields().count(); i++) {
        fields.add(reader.fields().text(i));
      }
      records.add(String.join("|", fields));
    }
    return records;
  }

  private static CsvReader reader(String text, CsvDialect dialect) {
    return reader(text, dialect, 1 << 10);
  }

  private static CsvReader reader(String text, CsvDialect dialect, int maxRecordBytes) {
    return CsvReader.of(new ByteArrayInputStream(text.getBytes(UTF_8)), dialect, maxRecordBytes);
  }
}
