package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.csv.CsvDialect;
import dev.diagonal.csv.CsvSoup;
import dev.diagonal.testing.DuckDb;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Readers of CSV by others, each for the files on which its rules and ours agree. */
final class OtherCsvReaders {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads one case a line from standard input, and prints its records, or null. */
  private static final String SCRIPT =
      """
      import csv, io, json, sys
      for case in sys.stdin:
          case = json.loads(case)
          try:
              rows = csv.reader(io.StringIO(case["text"], newline=""), delimiter=case["delimiter"], strict=True)
              print(json.dumps([row for row in rows if row]), flush=True)
          except csv.Error as error:
              print("null", flush=True)
      """;

  private OtherCsvReaders() {}

  /** Whether all of a file is read and nothing in it is skipped or escaped. */
  private static boolean isPlain(CsvSoup soup, List<SlowCsv.Found> found) {
    CsvDialect dialect = soup.dialect();
    return dialect.escape() == CsvDialect.NONE
        && dialect.skipped().first() == 0
        && soup.text().indexOf('\0') < 0
        && found.stream().allMatch(record -> record.fields() != null);
  }

  /** Returns what commons-csv reads, or null where its rules differ. */
  static @Nullable List<List<String>> commons(CsvSoup soup, List<SlowCsv.Found> found)
      throws IOException {
    String comment = soup.dialect().skipped().comment();
    if (!isPlain(soup, found)
        || (comment != null && comment.length() > 1)
        || endsWithinDelimiter(soup)) {
      return null;
    }
    CSVFormat format =
        CSVFormat.Builder.create()
            .setDelimiter(soup.dialect().delimiter())
            .setIgnoreEmptyLines(true)
            .setCommentMarker(comment == null ? null : comment.charAt(0))
            .build();
    List<List<String>> records = new ArrayList<>();
    try (CSVParser parser = CSVParser.parse(new StringReader(withoutMark(soup)), format)) {
      for (CSVRecord record : parser) {
        records.add(record.toList());
      }
    }
    return records;
  }

  /** commons-csv 1.12 takes the start of a delimiter at the end of the file for all of it. */
  private static boolean endsWithinDelimiter(CsvSoup soup) {
    String delimiter = soup.dialect().delimiter();
    for (int length = 1; length < delimiter.length(); length++) {
      if (soup.text().endsWith(delimiter.substring(0, length))) {
        return true;
      }
    }
    return false;
  }

  /** Returns what DuckDB reads, or null where its rules differ. */
  static @Nullable List<List<String>> duck(
      CsvSoup soup, List<SlowCsv.Found> found, DuckDb duck, Path directory) throws Exception {
    String text = withoutMark(soup);
    boolean same =
        isPlain(soup, found)
            && !found.isEmpty()
            && soup.dialect().skipped().comment() == null
            && soup.dialect().delimiter().length() <= 4
            && text.indexOf('\r') < 0
            && text.chars().allMatch(c -> c < 128)
            && quotesSurroundFields(text, soup.dialect().delimiter())
            && !text.startsWith("\n")
            && !text.contains("\n\n")
            && found.stream().allMatch(r -> r.fields() != null && r.fields().size() == 2);
    if (!same) {
      return null;
    }
    Path file = Files.writeString(directory.resolve("duck.csv"), text, ISO_8859_1);
    List<List<String>> records = new ArrayList<>();
    String query =
        "SELECT to_json([coalesce(a, ''), coalesce(b, '')])::VARCHAR FROM read_csv('%s', delim='%s', quote='\"', escape='\"', header=false, auto_detect=false, columns={'a': 'VARCHAR', 'b': 'VARCHAR'})"
            .formatted(file, soup.dialect().delimiter());
    for (String row : duck.query(query)) {
      records.add(JSON.readValue(row, new TypeReference<List<String>>() {}));
    }
    return records;
  }

  /** DuckDB takes a quote within a field for the start of one. */
  private static boolean quotesSurroundFields(String text, String delimiter) {
    String between = "(?:^|\\n|" + Pattern.quote(delimiter) + ")";
    return text.replaceAll(
                "(?<=" + between + ")\"(?:[^\"]|\"\")*\"(?=\\n|$|" + Pattern.quote(delimiter) + ")",
                "")
            .indexOf('"')
        < 0;
  }

  /** Whether Python reads a file by our rules. */
  static boolean isForPython(CsvSoup soup, List<SlowCsv.Found> found) {
    return isPlain(soup, found)
        && soup.dialect().skipped().comment() == null
        && soup.dialect().delimiter().length() == 1;
  }

  /** The csv module of Python, in a process of its own. */
  static final class Python implements AutoCloseable {

    private final Process process;
    private final BufferedWriter cases;
    private final BufferedReader records;

    private Python(Process process) {
      this.process = process;
      this.cases = process.outputWriter(UTF_8);
      this.records = process.inputReader(UTF_8);
    }

    /** Returns the process, or null if there is no Python 3 on this machine. */
    static @Nullable Python start() {
      try {
        Process process =
            new ProcessBuilder(Arrays.asList("python3", "-c", SCRIPT))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Python(process);
      } catch (IOException e) {
        return null;
      }
    }

    @Nullable List<List<String>> read(CsvSoup soup) throws IOException {
      cases.write(
          JSON.writeValueAsString(
              Map.of("text", withoutMark(soup), "delimiter", soup.dialect().delimiter())));
      cases.newLine();
      cases.flush();
      return JSON.readValue(records.readLine(), new TypeReference<List<List<String>>>() {});
    }

    @Override
    public void close() throws Exception {
      cases.close();
      int unused = process.waitFor();
    }
  }

  private static String withoutMark(CsvSoup soup) {
    String mark = "\u00ef\u00bb\u00bf";
    return soup.text().startsWith(mark) ? soup.text().substring(mark.length()) : soup.text();
  }
}
