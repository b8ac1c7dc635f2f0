package dev.diagonal.internal.edges;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.files.FirstLines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class EdgeLinesTest {

  private static final long FILE_OFFSET = 1_000;
  private static final EdgeFormat NAMED =
      EdgeFormat.CSV
          .withEnds("from", "to")
          .withTextIds(true)
          .withId("key", IdKind.TEXT)
          .withColumns(List.of("note"));
  private static final String NAMED_HEADER = "key,from,to,note";

  private record Parsed(List<Edge> edges, List<DeadLetter> bad, long good) {}

  @Example
  void readsNumbersWithTheirPlaceAsId() {
    Parsed parsed = parse(EdgeFormat.CSV, "src,dst", "804,1210\r\n\n-5,+007\n");
    long file = placeHigh(parsed.edges().get(0));
    assertThat(parsed.edges())
        .containsExactly(
            Edge.of(new UUID(file, 1_000), 804L, 1210L, List.of()),
            Edge.of(new UUID(file, 1_011), -5L, 7L, List.of()));
    assertThat(parsed.good()).isEqualTo(2);
    assertThat(parsed.bad()).isEmpty();
  }

  @Example
  void placesAreUniqueAndStable() {
    LineConsumer<Edge> lines = EdgeLines.of(EdgeFormat.CSV).create();
    assertThat(placeHigh(read(lines, new TextFile("/data/a.csv", "s,t"), "1,2\n").edges().get(0)))
        .isEqualTo(-6452982004962464668L);
    assertThat(placeHigh(read(lines, new TextFile("/data/b.csv", "s,t"), "1,2\n").edges().get(0)))
        .isNotEqualTo(-6452982004962464668L);
  }

  @Example
  void readsEdgeListsOfSnap() {
    Parsed parsed =
        parse(
            EdgeFormat.SNAP.withColumns(List.of("3")),
            null,
            "  0\t1  x\"y \n \t \n2 \t 3\tz\n4 5\n");
    assertThat(parsed.edges().stream().map(EdgeLinesTest::shown))
        .containsExactly("0 -> 1 [x\"y]", "2 -> 3 [z]");
    assertThat(parsed.bad())
        .containsExactly(
            new DeadLetter("e.csv", 1_024, "2 fields, but at least 3 are needed", "4 5"));
  }

  @Example
  void idsAreNumbersHoweverTheyAreWritten() {
    String text = "007,7\n+7,02134\n";
    assertThat(parse(EdgeFormat.CSV, "s,t", text).edges().stream().map(EdgeLinesTest::shown))
        .containsExactly("7 -> 7 []", "7 -> 2134 []");
    EdgeFormat texts = EdgeFormat.CSV.withTextIds(true);
    assertThat(parse(texts, "s,t", text).edges().stream().map(EdgeLinesTest::shown))
        .containsExactly("007 -> 7 []", "+7 -> 02134 []");
  }

  @Example
  void expectsFieldCountOfMostFirstLines() {
    EdgeFormat format = EdgeFormat.CSV.withHeader(false);
    List<String> first = List.of("1,2", "3,4,5", "6,\"7", "8,9,10");
    TextFile file = new TextFile("e.csv", null, false, first);
    assertThat(read(EdgeLines.of(format).create(), file, "1,2\n3,4,5\n3,4,5,6\n").bad())
        .extracting(DeadLetter::reason)
        .containsExactly(
            "2 fields, but most of the first lines have 3",
            "4 fields, but most of the first lines have 3");
    EdgeFormat fourth = format.withColumns(List.of("4"));
    assertThat(read(EdgeLines.of(fourth).create(), file, "3,4,5\n3,4,5,6\n").bad())
        .extracting(DeadLetter::reason)
        .containsExactly("3 fields, but at least 4 are needed");
  }

  @Example
  void readsQuotedTextsAndNulls() {
    Parsed parsed =
        parse(
            NAMED,
            NAMED_HEADER,
            "k1,\"a,\"\"b\"\"\",é,\nk2,\"a\",b,\"\"\n\"k3\", a ,x\"y,\"\"\"\"\nk4,1,2,n\n");
    assertThat(parsed.edges())
        .containsExactly(
            Edge.of("k1", "a,\"b\"", "é", Arrays.asList((String) null)),
            Edge.of("k2", "a", "b", List.of("")),
            Edge.of("k3", " a ", "x\"y", List.of("\"")),
            Edge.of("k4", "1", "2", List.of("n")));
    assertThat(parsed.bad()).isEmpty();
  }

  @Example
  void readsColumnsByNameInFormatOrder() {
    EdgeFormat format =
        EdgeFormat.CSV
            .withDelimiter(";")
            .withEnds("to", "from")
            .withId("id", IdKind.NUMBER)
            .withColumns(List.of("b", "1"));
    Parsed parsed = parse(format, "a; b ;from;\"to\";id", "1;2;3;4;5\n");
    assertThat(parsed.edges()).containsExactly(Edge.of(5L, 4L, 3L, List.of("2", "1")));
  }

  @Example
  void saysWhatIsWrongWithALine() {
    assertThat(faults(EdgeFormat.CSV, "s,t", "1\n", "1,2,3\n", ",2\n", "1,\n", "1,\"\"\n"))
        .containsExactly(
            "1 fields, but the header has 2",
            "3 fields, but the header has 2",
            "source is empty",
            "target is empty",
            "target is empty");
    assertThat(
            faults(
                EdgeFormat.CSV,
                "s,t",
                "x,2\n",
                " 1,2\n",
                "-,2\n",
                "\u0661,2\n",
                "1,1.0\n",
                "9223372036854775808,1\n",
                "1,-99999999999999999999\n"))
        .containsExactly(
            "the source 'x' is not a whole number",
            "the source ' 1' is not a whole number",
            "the source '-' is not a whole number",
            "the source '\u0661' is not a whole number",
            "the target '1.0' is not a whole number",
            "the source '9223372036854775808' does not fit 64 bits",
            "the target '-99999999999999999999' does not fit 64 bits");
    assertThat(faults(NAMED, NAMED_HEADER, ",a,b,c\n", "k,,b,c\n", "k,\"a,b,c\n", "k,\"a\"x,b,c\n"))
        .containsExactly(
            "id is empty",
            "source is empty",
            "a quote is not closed",
            "text follows a closing quote");
    assertThat(faults(NAMED, NAMED_HEADER, "k,a\0,b,c\n"))
        .containsExactly("the source 'a\0' contains a zero byte");
  }

  @Example
  void refusesInvalidUtf8ButAllowsReplacementCharacter() {
    byte[] bytes = "k,a\u00e9,b,c\n".getBytes(ISO_8859_1);
    assertThat(readBytes(NAMED, bytes).bad())
        .extracting(DeadLetter::reason)
        .containsExactly("the source 'a\uFFFD' is not UTF-8");
    assertThat(readBytes(NAMED, "k,a\uFFFD,b,c\n".getBytes(UTF_8)).edges())
        .containsExactly(Edge.of("k", "a\uFFFD", "b", List.of("c")));
  }

  @Example
  void badLinesHaveFileOffsetAndText() {
    assertThat(parse(EdgeFormat.CSV, "s,t", "1,2\r\nx,é\r\n\n3,4\n,5\n").bad())
        .containsExactly(
            new DeadLetter("e.csv", 1_005, "the source 'x' is not a whole number", "x,é"),
            new DeadLetter("e.csv", 1_016, "source is empty", ",5"));
  }

  @Example
  void aFileWithoutTheColumnsIsRefused() {
    assertThatThrownBy(() -> parse(EdgeFormat.CSV.withEnds("a", "b"), "a,c", ""))
        .isInstanceOf(BadInputException.class)
        .hasMessage("e.csv has no column 'b': its first line is 'a,c'");
    assertThatThrownBy(() -> parse(EdgeFormat.CSV.withEnds("a", "3"), "a,c", ""))
        .hasMessage("e.csv has no column '3': its first line is 'a,c'");
    assertThatThrownBy(() -> parse(EdgeFormat.CSV.withEnds("a", "1"), "a,c", ""))
        .hasMessage("e.csv: the source and the target cannot both be column 1; 'a' and '1' are");
  }

  @Example
  void aFormatWithoutSenseIsRefused() {
    assertThatThrownBy(() -> EdgeFormat.SNAP.withEnds("from", "2"))
        .hasMessage("without a header a column must be a position from 1, got 'from'");
    assertThatThrownBy(() -> EdgeFormat.CSV.withDelimiter("a")).hasMessageContaining("got 'a'");
    assertThatThrownBy(() -> EdgeFormat.CSV.withId("k", IdKind.PLACE))
        .hasMessageContaining("got k and PLACE");
  }

  /** Against a writer of RFC 4180, which quotes what it must and, at times, what it need not. */
  @Property(seed = "1", tries = 2_000)
  void readsWhatWasWritten(@ForAll("rows") List<List<@Nullable String>> rows) {
    StringBuilder text = new StringBuilder();
    List<Edge> expected = new ArrayList<>();
    for (List<@Nullable String> row : rows) {
      List<@Nullable String> values =
          Arrays.asList("k" + row.get(0), "s" + row.get(1), "t" + row.get(2), row.get(3));
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        fields.add(written(values.get(i), (rows.size() + i) % 3 == 0));
      }
      text.append(String.join(",", fields)).append(rows.size() % 2 == 0 ? "\n" : "\r\n");
      expected.add(
          Edge.of("k" + row.get(0), "s" + row.get(1), "t" + row.get(2), row.subList(3, 4)));
    }
    Parsed parsed = parse(NAMED, NAMED_HEADER, text.toString());
    assertThat(parsed.bad()).isEmpty();
    assertThat(parsed.edges()).isEqualTo(expected);
  }

  @Provide
  Arbitrary<List<List<@Nullable String>>> rows() {
    Arbitrary<String> text = Arbitraries.strings().withChars("a\", é#0").ofMaxLength(5);
    return text.injectNull(0.2).list().ofSize(4).list().ofMaxSize(6);
  }

  private static String written(@Nullable String value, boolean quoteAll) {
    if (value == null) {
      return "";
    }
    return quoteAll || value.isEmpty() || value.contains("\"") || value.contains(",")
        ? '"' + value.replace("\"", "\"\"") + '"'
        : value;
  }

  private static String shown(Edge edge) {
    return edge.source() + " -> " + edge.target() + " " + edge.columns();
  }

  private static long placeHigh(Edge edge) {
    return ((UUID) edge.id()).getMostSignificantBits();
  }

  @Example
  void refusesAHeaderThatIsAnEdge() {
    assertThatThrownBy(() -> parse(EdgeFormat.CSV, "12,34", "5,6\n"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "the first line of e.csv, '12,34', is an edge and not a header: use --header=false and"
                + " name columns by position");
    assertThat(parse(EdgeFormat.CSV.withTextIds(true), "12,34", "5,6\n").edges()).hasSize(1);
  }

  @Example
  void refusesAColumnThatTheHeaderHasTwice() {
    EdgeFormat format = EdgeFormat.CSV.withEnds("from", "to");
    assertThatThrownBy(() -> parse(format, "from,to,to", "5,6,7\n"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("the header of e.csv has the column 'to' twice: name it by position");
    assertThat(parse(format.withEnds("from", "3"), "from,to,to", "5,6,7\n").edges()).hasSize(1);
  }

  private static List<String> faults(EdgeFormat format, String header, String... lines) {
    Parsed parsed = parse(format, header, String.join("", lines));
    assertThat(parsed.edges()).isEmpty();
    assertThat(parsed.good()).isZero();
    return parsed.bad().stream().map(DeadLetter::reason).toList();
  }

  private static Parsed parse(EdgeFormat format, @Nullable String header, String text) {
    return read(EdgeLines.of(format).create(), new TextFile("e.csv", header), text);
  }

  private static Parsed readBytes(EdgeFormat format, byte[] bytes) {
    return read(EdgeLines.of(format).create(), new TextFile("e.csv", NAMED_HEADER), bytes);
  }

  private static Parsed read(LineConsumer<Edge> lines, TextFile file, String text) {
    return read(lines, file, text.getBytes(UTF_8));
  }

  private static Parsed read(LineConsumer<Edge> lines, TextFile file, byte[] bytes) {
    List<Edge> edges = new ArrayList<>();
    List<DeadLetter> bad = new ArrayList<>();
    LineConsumer.Output<Edge> output =
        new LineConsumer.Output<>() {
          @Override
          public void emit(Edge edge) {
            edges.add(edge);
          }

          @Override
          public void reject(DeadLetter line) {
            bad.add(line);
          }
        };
    lines.open(file);
    long good = lines.accept(TextBlock.of(bytes, FILE_OFFSET), output);
    lines.finish(output);
    return new Parsed(edges, bad, good);
  }

  @Example
  void namesPositionsAsTheFirstHeaderDoes() {
    EdgeFormat named =
        EdgeFormat.CSV
            .withColumns(List.of("3"))
            .named(new FirstLines(List.of("src,dst,kind", "1,2,x"), false));
    assertThat(named.positionsIn(new TextFile("b.csv", "kind,dst,src")))
        .isEqualTo(new EdgeFormat.Positions(2, 1, -1, List.of(0), 3));
    assertThatThrownBy(() -> named.positionsIn(new TextFile("c.csv", "src,dst,type")))
        .hasMessageContaining("c.csv has no column 'kind'");
  }

  @Example
  void refusesOtherColumnsWithoutUsableNames() {
    EdgeFormat named = EdgeFormat.CSV.named(new FirstLines(List.of(",2", "5,6"), false));
    assertThat(named.positionsIn(new TextFile("b.csv", ",2")).target()).isEqualTo(1);
    assertThatThrownBy(() -> named.positionsIn(new TextFile("b.csv", "2,")))
        .hasMessageContaining("in the header of b.csv, column 1 is not '' as in the first file");
    EdgeFormat twice = EdgeFormat.CSV.named(new FirstLines(List.of("a,a"), false));
    assertThat(twice.positionsIn(new TextFile("b.csv", "a,a")).target()).isEqualTo(1);
    assertThatThrownBy(() -> twice.positionsIn(new TextFile("b.csv", "a,b")))
        .hasMessageContaining("in the header of b.csv, column 2 is not 'a' as in the first file");
  }

  @Example
  void recordsHaveCommasWhateverTheTextHas() {
    EdgeFormat named =
        EdgeFormat.CSV.withDelimiter(";").named(new FirstLines(List.of("src,dst"), true));
    assertThat(named.first().names()).containsExactly("src", "dst");
  }

  @Example
  void reportsHeaderReadAsEdge() {
    EdgeFormat format = EdgeFormat.CSV.withHeader(false).withTextIds(true);
    assertThat(format.headerRemark(new FirstLines(List.of("source,target", "1,2", "3,4"), false)))
        .isEqualTo(
            "the first line, 'source,target', looks like a header and was read as an edge:"
                + " --header=true reads it as a header");
    assertThat(format.headerRemark(new FirstLines(List.of("5,6", "1,2"), false))).isNull();
    assertThat(format.headerRemark(new FirstLines(List.of("ann,bob", "bob,cyd"), false))).isNull();
    assertThat(format.headerRemark(new FirstLines(List.of("ann,bob", "1,2", "1,cyd"), false)))
        .isNull();
  }
}
