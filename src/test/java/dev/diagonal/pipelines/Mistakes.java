package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of {@code mistakes.txt}, and the files that its rows name. */
final class Mistakes {

  private Mistakes() {}

  /**
   * One row.
   *
   * @param number in {@code cases/mistakes.md}
   * @param arguments as typed, with {@code DIR} and {@code {pg}} in them
   * @param exitCode of the command
   * @param named what the messages must hold, or must not after an exclamation mark
   */
  record Mistake(int number, String arguments, int exitCode, List<String> named) {

    private static final String SHELL = "sh: ";

    static Mistake of(String line) {
      String[] cells = line.split(" \\| ", -1);
      return new Mistake(
          Integer.parseInt(cells[0]),
          String.join(" | ", Arrays.asList(cells).subList(1, cells.length - 2)).strip(),
          Integer.parseInt(cells[cells.length - 2].strip()),
          Arrays.stream(cells[cells.length - 1].split("; "))
              .map(String::strip)
              .filter(each -> !each.isEmpty())
              .toList());
    }

    boolean needsServer() {
      return arguments.contains("{") && !isProcess();
    }

    /** Returns whether the arguments are a shell command. */
    boolean isProcess() {
      return arguments.startsWith(SHELL);
    }

    /** Returns the shell command. */
    String command() {
      return arguments.substring(SHELL.length());
    }

    /** Returns this with a database in place of {@code {pg}}, and its user if it names none. */
    Mistake at(String jdbcUrl, String user) {
      String login = arguments.contains("--jdbcUser=") ? "" : " --jdbcUser=" + user;
      return new Mistake(number, arguments.replace("{pg}", jdbcUrl) + login, exitCode, named);
    }

    Launched launch(Path directory) {
      String[] args =
          arguments.isEmpty()
              ? new String[0]
              : arguments.replace("DIR", directory.toString()).split(" ");
      return Launched.with(Main.COMMANDS, args);
    }

    /** Fails unless it went as the row says, in few short lines and without a stack trace. */
    void check(Launched launched) {
      assertThat(launched.exitCode().status()).as("%s", launched).isEqualTo(exitCode);
      String text =
          Stream.concat(launched.err().stream(), launched.out().stream())
              .collect(Collectors.joining("\n"));
      for (String each : named) {
        if (each.startsWith("!")) {
          assertThat(text).doesNotContain(each.substring(1));
        } else {
          assertThat(text).contains(each);
        }
      }
      assertThat(launched.err())
          .as("%s", launched)
          .noneMatch(line -> line.contains("Exception:") || line.startsWith("\tat "));
      if (exitCode != 0) {
        assertThat(launched.err()).as("%s", launched).allMatch(line -> line.length() < 700);
      }
    }

    @Override
    public String toString() {
      return number + ": " + arguments;
    }
  }

  static List<Mistake> all() {
    try (InputStream in =
        Objects.requireNonNull(Mistakes.class.getResourceAsStream("/mistakes.txt"))) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(Mistake::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the files that the rows name. */
  static void writeFiles(Path directory) throws IOException {
    Files.createDirectory(directory.resolve("empty-directory"));
    Path nested = Files.createDirectories(directory.resolve("nested/y=2024"));
    file(nested, "a.csv", "a,b\n1,2\n");
    file(directory, "edges.csv", "source,target\n1,2\n2,3\n");
    file(directory, "weighted.csv", "source,target,weight\n1,2,5\n");
    file(directory, "text-edges.csv", "from,to\nann,bob\nbob,eve\n");
    file(
        directory,
        "ratings.csv",
        "userId,movieId,rating,timestamp\n1,7,3.5,1\n2,7,4.0,2\n1,9,1,3\n");
    file(directory, "quoted.tsv", "\"id\"\t\"name\"\n1\ta\n");
    Files.write(directory.resolve("latin.csv"), "id,name\n1,Jos\u00e9\n".getBytes(ISO_8859_1));
    file(directory, "semicolons.csv", "a;b;c\n1;2;3\n4;5;6\n");
    file(directory, "bars.csv", "a||b\n1||2\n");
    file(directory, "empty.csv", "");
    file(directory, "header-only.csv", "userId,movieId,rating,timestamp\n");
    file(directory, "not-gzip.csv.gz", "\0\1\2\3not compressed\n\377\n");
    Files.write(directory.resolve("utf16.csv"), "a,b\n1,2\n".getBytes(StandardCharsets.UTF_16));
    file(directory, "parquet.csv", "PAR1\0\0\0\0PAR1");
    file(directory, "many-bad.csv", "a,b\n" + "x,y\n".repeat(20));
    file(directory, "wrong-password", "not the password\n");
    file(directory, "right-password", "mistake\n");
    file(directory, "quotes.args", "--input=\"" + directory + "/ratings.csv\"\n");
    file(directory, "bom.args", "\uFEFF--input=" + directory + "/ratings.csv\n");
    file(directory, "wrong-column.yaml", "columns: [source, wieght]\n");
    file(directory, "wrong-filter.yaml", "filter: [wieght > 3]\n");
    file(directory, "tab.yaml", "tasks:\n\t- sql: x\n");
    String transfer = "  - transfer: {from: {csv: weighted.csv}, to: {csv: out.csv}";
    file(directory, "good.yaml", "tasks:\n" + transfer + "}\n");
    file(
        directory,
        "unset.yaml",
        "tasks:\n"
            + "  - transfer:\n"
            + "      from:\n"
            + "        csv: ${NOT_SET_ANYWHERE}/in.csv\n"
            + "      to: {csv: out.csv}\n");
    file(
        directory,
        "wrong-key.yaml",
        "connections: {w: {jdbcUrl: 'jdbc:postgresql://h/d'}}\n"
            + "tasks:\n"
            + "  - transfer: {from: {csv: weighted.csv}, to: {jdbc: w, table: t, key: wieght}}\n");
    file(
        directory,
        "load-edges.yaml",
        "connections: {w: {jdbcUrl: 'jdbc:postgresql://h/d'}}\n"
            + "tasks:\n"
            + "  - load-edges: {input: edges.csv, jdbc: w}\n");
    file(
        directory,
        "eight.yaml",
        "tasks:\n"
            + "  - transfre: {}\n"
            + "  - transfer: {form: x}\n"
            + "  - sql: {}\n"
            + "  - load-edges: {imput: x}\n");
    Files.createDirectory(directory.resolve("headers"));
    file(directory, "headers/1.csv", "a,b\n1,2\n");
    file(directory, "headers/2.csv", "b,a\n2,1\n");
    String columns = String.join(",", Collections.nCopies(39, "1"));
    file(
        directory,
        "wide.csv",
        Stream.iterate(1, i -> i <= 40, i -> i + 1)
                .map(i -> "column" + i)
                .collect(Collectors.joining(","))
            + "\n"
            + columns
            + ",1\n");
  }

  private static void file(Path directory, String name, String text) throws IOException {
    Files.write(
        directory.resolve(name),
        text.getBytes(name.endsWith(".gz") ? StandardCharsets.ISO_8859_1 : UTF_8));
  }
}
