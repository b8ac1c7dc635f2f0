package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.csv.CsvSoup;
import dev.diagonal.testing.DuckDb;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads random files with {@link CsvReader}, in random steps, and compares each record with {@link
 * SlowCsv} and, where their rules agree, with other people's readers. A failure names its seed: add
 * it to {@link #seedsThatFailedStayRight}.
 */
final class CsvFuzzTest {

  private static final int CASES = 10_000;
  private static final int MANY_CASES = 1_000_000;
  private static final int DUCK_CASES = 6_000;

  @Test
  void agreesWithTheSlowReaderAndCommonsCsv() throws IOException {
    int shared = 0;
    for (int seed = 0; seed < CASES; seed++) {
      shared += compare(seed) ? 1 : 0;
    }
    assertThat(shared).as("cases that commons-csv reads by our rules").isGreaterThan(CASES / 10);
  }

  @Test
  @Tag("large")
  void agreesWithTheSlowReaderForLong() throws IOException {
    for (int seed = CASES; seed < MANY_CASES; seed++) {
      boolean unused = compare(seed);
    }
  }

  /** An escaped CR ended no line; a byte 0xFF was an escape character where there is none. */
  @ParameterizedTest
  @ValueSource(longs = {171, 65_016})
  void seedsThatFailedStayRight(long seed) throws IOException {
    boolean unused = compare(seed);
  }

  @Test
  void agreesWithPython() throws Exception {
    try (OtherCsvReaders.Python python = OtherCsvReaders.Python.start()) {
      assumeThat(python).as("python3 must be on the PATH for its csv module").isNotNull();
      int shared = 0;
      for (int seed = 0; seed < CASES; seed++) {
        CsvSoup soup = CsvSoup.of(seed);
        List<SlowCsv.Found> found = SlowCsv.read(soup.text(), soup.dialect());
        if (OtherCsvReaders.isForPython(soup, found)) {
          assertThat(requireNonNull(python).read(soup))
              .as("seed %s", seed)
              .isEqualTo(fields(found));
          shared++;
        }
      }
      assertThat(shared).as("cases that Python reads by our rules").isGreaterThan(CASES / 50);
    }
  }

  @Test
  void agreesWithDuckDb(@TempDir Path directory) throws Exception {
    try (DuckDb duck = DuckDb.open()) {
      int shared = 0;
      for (int seed = 0; seed < DUCK_CASES; seed++) {
        CsvSoup soup = CsvSoup.of(seed);
        List<SlowCsv.Found> found = SlowCsv.read(soup.text(), soup.dialect());
        List<List<String>> theirs = OtherCsvReaders.duck(soup, found, duck, directory);
        if (theirs != null) {
          assertThat(theirs).as("seed %s: %s", seed, soup).isEqualTo(fields(found));
          shared++;
        }
      }
      assertThat(shared).as("cases that DuckDB reads by our rules").isGreaterThan(20);
    }
  }

  /** Returns whether commons-csv was compared, too. */
  private static boolean compare(long seed) throws IOException {
    CsvSoup soup = CsvSoup.of(seed);
    List<SlowCsv.Found> slow = SlowCsv.read(soup.text(), soup.dialect());
    List<SlowCsv.Found> ours = read(soup, longest(soup, slow), new Random(seed));
    if (!ours.equals(slow)) {
      assertThat(ours).as("seed %s: %s", seed, soup).isEqualTo(slow);
    }
    List<List<String>> theirs = OtherCsvReaders.commons(soup, slow);
    if (theirs != null && !theirs.equals(fields(ours))) {
      assertThat(fields(ours)).as("seed %s: %s", seed, soup).isEqualTo(theirs);
    }
    return theirs != null;
  }

  private static List<@Nullable List<String>> fields(List<SlowCsv.Found> found) {
    List<@Nullable List<String>> fields = new ArrayList<>();
    found.forEach(record -> fields.add(record.fields()));
    return fields;
  }

  /** Returns how long the longest record is at most. */
  private static int longest(CsvSoup soup, List<SlowCsv.Found> found) {
    long longest = 1;
    for (int i = 0; i < found.size(); i++) {
      long end = i + 1 < found.size() ? found.get(i + 1).offset() : soup.text().length();
      longest = Math.max(longest, end - found.get(i).offset());
    }
    return (int) longest;
  }

  /** Reads through a buffer that is little longer than the longest record. */
  private static List<SlowCsv.Found> read(CsvSoup soup, int longest, Random random)
      throws IOException {
    Steps steps = new Steps(soup.text().getBytes(ISO_8859_1), random);
    List<SlowCsv.Found> found = new ArrayList<>();
    try (CsvReader reader =
        new CsvReader(steps, soup.dialect(), longest + random.nextInt(4), false)) {
      while (reader.next()) {
        boolean good = reader.problem() == null;
        found.add(
            new SlowCsv.Found(
                reader.offset(), reader.line(), good ? texts(reader.fields()) : null));
      }
    }
    return found;
  }

  private static List<String> texts(CsvFields fields) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < fields.count(); i++) {
      byte[] value = new byte[fields.end(i) - fields.start(i)];
      texts.add(new String(value, 0, fields.copy(i, value, 0), ISO_8859_1));
    }
    return texts;
  }

  /** A channel that returns few bytes at a time, or many. */
  private static final class Steps implements ReadableByteChannel {

    private final ByteArrayInputStream bytes;
    private final Random random;
    private final boolean few;

    Steps(byte[] bytes, Random random) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.random = random;
      this.few = random.nextBoolean();
    }

    @Override
    public int read(ByteBuffer into) {
      byte[] step = new byte[few ? 1 + random.nextInt(3) : 1 << 10];
      int read = bytes.read(step, 0, Math.min(step.length, into.remaining()));
      if (read > 0) {
        into.put(step, 0, read);
      }
      return read;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
