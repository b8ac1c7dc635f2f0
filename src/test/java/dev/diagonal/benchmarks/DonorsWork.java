package dev.diagonal.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.internal.donors.GenerateFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * {@code donors-choose} to JSON lines. The data is what {@code --generate} makes, unpacked and cut
 * into sixteen plain files a table: each file has one reader.
 *
 * @param unit donations, and so documents, at 1x
 */
record DonorsWork(long unit) implements ScaleWork {

  private static final int FILES = 16;
  private static final int SEED = 2011;
  private static final String ID = "{\"donationid\":\"";
  private static final int ID_CHARACTERS = 32;
  private static final int NUMBER_DIGITS = 14;
  private static final List<String> TABLES = List.of("projects", "donations", "resources");
  private static final Path OUTPUT = DATA.resolve("donors-out");

  @Override
  public String command() {
    return "donors-choose";
  }

  @Override
  public ScaleInput prepare(long rows) throws IOException {
    Path directory = DATA.resolve("donors-" + rows);
    if (!Files.exists(directory)) {
      Path partial = DATA.resolve("donors-" + rows + ".partial");
      ScaleWork.deleteFiles(partial);
      GenerateFiles.into(partial, Math.toIntExact(rows), SEED);
      for (String table : TABLES) {
        cut(partial.resolve(table + ".csv.gz"), partial, table);
      }
      Files.move(partial, directory);
    }
    List<Path> files = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (String table : TABLES) {
      options.add("--" + table + "=" + directory.resolve(table + "-*.csv"));
      for (int i = 0; i < FILES; i++) {
        files.add(file(directory, table, i));
      }
    }
    options.add("--output=" + OUTPUT);
    return new ScaleInput(rows, ScaleWork.readThrough(files), options);
  }

  @Override
  public void clear() throws IOException {
    ScaleWork.deleteFiles(OUTPUT);
  }

  @Override
  public long check(ScaleInput input, JsonNode summary) throws IOException {
    long donations = input.rows();
    ScaleWork.same(
        "rows read",
        summary.path("rows_read").asLong(),
        donations + donations / 5 + donations * 3 / 5);
    long count = 0;
    long sum = 0;
    long bytes = 0;
    List<Path> files;
    try (Stream<Path> all = Files.list(OUTPUT)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      bytes += Files.size(file);
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          count++;
          sum += number(line);
        }
      }
    }
    ScaleWork.same("documents", count, donations);
    ScaleWork.same("the sum of the numbers in their ids", sum, donations * (donations - 1) / 2);
    return bytes;
  }

  /** An id ends with the number of its donation. */
  private static long number(String document) {
    if (!document.startsWith(ID)) {
      throw new IllegalStateException("a document starts with " + document.substring(0, 40));
    }
    int end = ID.length() + ID_CHARACTERS;
    return Long.parseLong(document, end - NUMBER_DIGITS, end, 10);
  }

  private static Path file(Path directory, String table, int number) {
    return directory.resolve("%s-%02d.csv".formatted(table, number));
  }

  /** Cuts between records: line breaks inside quotes are none, and a backslash takes the next. */
  private static void cut(Path packed, Path directory, String table) throws IOException {
    List<OutputStream> files = new ArrayList<>();
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(packed)), 1 << 16)) {
      for (int i = 0; i < FILES; i++) {
        files.add(
            new BufferedOutputStream(Files.newOutputStream(file(directory, table, i)), 1 << 16));
      }
      int file = 0;
      boolean quoted = false;
      boolean escaped = false;
      for (int c = in.read(); c >= 0; c = in.read()) {
        files.get(file).write(c);
        if (escaped) {
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          quoted = !quoted;
        } else if (c == '\n' && !quoted) {
          file = (file + 1) % FILES;
        }
      }
    } finally {
      for (OutputStream each : files) {
        each.close();
      }
    }
    Files.delete(packed);
  }
}
