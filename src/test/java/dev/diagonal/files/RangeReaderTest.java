package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.InputFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

class RangeReaderTest {

  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** A line with its line end, and where it starts; a lost one is only its start. */
  private record Line(long offset, String text, boolean tooLong) {}

  @Property(seed = "1", tries = 3_000, edgeCases = EdgeCasesMode.NONE)
  void readsEveryLineOnceInOrderWithOffset(
      @ForAll("texts") byte[] text,
      @ForAll @Size(max = 6) List<@IntRange(max = 150) Integer> cuts,
      @ForAll @IntRange(min = 4, max = 40) int blockBytes,
      @ForAll @IntRange(min = 1, max = 12) int readBytes)
      throws IOException {
    assertThat(readCut(text, cuts, blockBytes, readBytes, false))
        .isEqualTo(linesOf(text, blockBytes));
  }

  @Property(seed = "2", tries = 3_000, edgeCases = EdgeCasesMode.NONE)
  void everyRangeHasFirstLineAsHeaderOnly(
      @ForAll("texts") byte[] text,
      @ForAll @Size(max = 6) List<@IntRange(max = 150) Integer> cuts,
      @ForAll @IntRange(min = 40, max = 60) int blockBytes,
      @ForAll @IntRange(min = 1, max = 12) int readBytes)
      throws IOException {
    List<Line> lines = linesOf(text, blockBytes);
    assertThat(readCut(text, cuts, blockBytes, readBytes, true))
        .isEqualTo(lines.subList(Math.min(1, lines.size()), lines.size()));
  }

  @Property(seed = "3", tries = 1_000)
  void aStreamIsReadToItsEnd(
      @ForAll("texts") byte[] text, @ForAll @IntRange(min = 4, max = 40) int blockBytes)
      throws IOException {
    FileRange all = range(0, FileRange.TO_THE_END);
    RangeReader reader =
        new RangeReader(
            Channels.newChannel(new ByteArrayInputStream(text)),
            offset -> {},
            all,
            new byte[blockBytes + 1]);
    reader.seek();
    assertThat(drain(reader)).isEqualTo(linesOf(text, blockBytes));
  }

  @Example
  void headerExcludesByteOrderMarkAndLineEnd() throws IOException {
    for (String end : List.of("\n", "\r\n", "\r", "")) {
      byte[] text = concat(MARK, ("userId,é" + end).getBytes(UTF_8));
      assertThat(header(text)).isEqualTo("userId,é".getBytes(UTF_8));
    }
    assertThat(header("\n\r\n\rx\ry".getBytes(UTF_8))).isEqualTo("x".getBytes(UTF_8));
  }

  @Example
  void anEmptyFileHasNoHeader() throws IOException {
    assertThat(header(new byte[0])).isNull();
    assertThat(header(MARK)).isNull();
  }

  @Example
  void refusesHeaderLongerThanBlock() {
    byte[] text = "0123456789\n".getBytes(UTF_8);
    RangeReader reader = reader(text, range(0, 11), 9, 100);
    assertThatThrownBy(() -> reader.readHeader(SkippedLines.NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("the first line is longer than 9 bytes");
  }

  @Example
  void reportsOverlongLineAndContinues() throws IOException {
    String text = "a\n0123456789012345\nb\n";
    RangeReader reader = reader(text.getBytes(UTF_8), range(0, 21), 8, 100);
    reader.seek();
    List<DeadLetter> bad = new ArrayList<>();
    StringBuilder good = new StringBuilder();
    for (TextBlock b = reader.next(bad::add); b != null; b = reader.next(bad::add)) {
      good.append(new String(b.bytes(), b.start(), b.size(), UTF_8));
    }
    assertThat(good).hasToString("a\nb\n");
    assertThat(bad)
        .containsExactly(
            new DeadLetter(
                "f", 2, "the line is longer than 8 bytes; only its start is kept", "01234567"));
  }

  @Example
  void keepsOnlyStartOfTooLongLine() throws IOException {
    byte[] text = "x".repeat(5_000).getBytes(UTF_8);
    RangeReader reader = reader(text, range(0, 5_000), 4_000, 100);
    reader.seek();
    List<DeadLetter> bad = new ArrayList<>();
    assertThat(reader.next(bad::add)).isNull();
    assertThat(bad).singleElement().extracting(DeadLetter::record).isEqualTo("x".repeat(800));
  }

  @Example
  void aBlockHoldsAsManyLinesAsFit() throws IOException {
    byte[] text = "aa\nbb\ncc\ndd\n".getBytes(UTF_8);
    RangeReader reader = reader(text, range(0, 12), 7, 100);
    reader.seek();
    List<String> blocks = new ArrayList<>();
    for (TextBlock b = reader.next(bad -> {}); b != null; b = reader.next(bad -> {})) {
      blocks.add(new String(b.bytes(), b.start(), b.size(), UTF_8));
    }
    assertThat(blocks).containsExactly("aa\nbb\n", "cc\ndd\n");
  }

  @Provide
  Arbitrary<byte[]> texts() {
    Arbitrary<String> line =
        Arbitraries.oneOf(
            Arbitraries.strings().withChars("abé").ofMaxLength(12),
            Arbitraries.strings().withChars("c").ofMinLength(1).ofMaxLength(38),
            Arbitraries.just(""));
    Arbitrary<String> lineEnd = Arbitraries.of("\n", "\r\n", "\r");
    return Combinators.combine(
            Arbitraries.of(true, false),
            Combinators.combine(line, lineEnd).as(String::concat).list().ofMaxSize(12),
            Arbitraries.oneOf(Arbitraries.just(""), line))
        .as(
            (mark, lines, last) ->
                concat(mark ? MARK : new byte[0], (String.join("", lines) + last).getBytes(UTF_8)))
        .filter(text -> text.length < 39 || longestHeader(text) < 39);
  }

  private static int longestHeader(byte[] text) {
    return linesOf(text, Integer.MAX_VALUE).stream()
        .mapToInt(l -> l.text().length())
        .max()
        .orElse(0);
  }

  /** The oracle: byte by byte, without empty lines, which consumers pass over. */
  private static List<Line> linesOf(byte[] text, int blockBytes) {
    List<Line> lines = new ArrayList<>();
    boolean marked = text.length >= 3 && Arrays.equals(Arrays.copyOf(text, 3), MARK);
    int start = marked ? 3 : 0;
    for (int i = start; i <= text.length; i++) {
      boolean ends = i == text.length || text[i] == '\n' || text[i] == '\r';
      if (ends && i > start) {
        byte[] line = Arrays.copyOfRange(text, start, i);
        boolean tooLong = line.length + 1 > blockBytes;
        String shown = new String(line, 0, Math.min(line.length, blockBytes), UTF_8);
        lines.add(new Line(start, shown, tooLong));
      }
      if (ends) {
        start = i + 1;
      }
    }
    return lines;
  }

  @Example
  void skipsFirstLinesInEveryCut() throws IOException {
    byte[] text = "\uFEFFtitle\r\r\na,b\n1,2\n\n3,4".getBytes(UTF_8);
    SkippedLines two = new SkippedLines(2, null);
    for (int cut = 1; cut < text.length; cut++) {
      List<String> found = new ArrayList<>();
      for (FileRange range : List.of(range(0, cut), range(cut, text.length))) {
        RangeReader reader = reader(text, range, 12, 3);
        reader.skipFirst(two);
        reader.seek();
        drain(reader).forEach(line -> found.add(line.text()));
        assertThat(reader(text, range, 12, 3).readHeader(two)).isEqualTo("a,b".getBytes(UTF_8));
      }
      assertThat(found).as("cut at %s", cut).containsExactly("a,b", "1,2", "3,4");
    }
  }

  private static List<Line> readCut(
      byte[] text, List<Integer> cuts, int blockBytes, int readBytes, boolean header)
      throws IOException {
    TreeSet<Integer> ends = new TreeSet<>(cuts);
    ends.removeIf(cut -> cut <= 0 || cut >= text.length);
    ends.add(text.length);
    ends.remove(0);
    List<Line> lines = new ArrayList<>();
    Set<List<String>> first = new HashSet<>();
    int start = 0;
    for (int end : ends) {
      RangeReader reader = reader(text, range(start, end), blockBytes, readBytes);
      if (header) {
        reader.readHeader(SkippedLines.NONE);
      } else {
        first.add(requireNonNull(reader.readStart(false, SkippedLines.NONE)).firstLines());
      }
      reader.seek();
      lines.addAll(drain(reader));
      start = end;
    }
    assertThat(first).as("the first lines, which are the same for all ranges").hasSizeLessThan(2);
    for (List<String> known : first) {
      List<String> texts = lines.stream().map(Line::text).limit(known.size()).toList();
      assertThat(known).isEqualTo(texts);
    }
    return lines;
  }

  private static List<Line> drain(RangeReader reader) throws IOException {
    List<Line> lines = new ArrayList<>();
    RangeReader.BadLines bad = line -> lines.add(new Line(line.offset(), line.record(), true));
    for (TextBlock block = reader.next(bad); block != null; block = reader.next(bad)) {
      assertThat(block.bytes()[block.end() - 1]).isEqualTo((byte) '\n');
      int start = block.start();
      for (int i = start; i < block.end(); i++) {
        if (block.bytes()[i] == '\n') {
          int end = i > start && block.bytes()[i - 1] == '\r' ? i - 1 : i;
          if (end > start) {
            String text = new String(block.bytes(), start, end - start, UTF_8);
            lines.add(new Line(block.offsetOf(start), text, false));
          }
          start = i + 1;
        }
      }
    }
    return lines;
  }

  private static byte @Nullable [] header(byte[] text) throws IOException {
    return reader(text, range(0, Math.max(1, text.length)), 100, 3).readHeader(SkippedLines.NONE);
  }

  private static RangeReader reader(byte[] text, FileRange range, int blockBytes, int readBytes) {
    ArrayChannel channel = new ArrayChannel(text, readBytes);
    return new RangeReader(channel, channel::position, range, new byte[blockBytes + 1]);
  }

  private static FileRange range(long start, long end) {
    return new FileRange(InputFile.of("f", 0, InputFile.UNKNOWN_TIME), start, end);
  }

  private static byte[] concat(byte[] a, byte[] b) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(a);
    all.writeBytes(b);
    return all.toByteArray();
  }
}
