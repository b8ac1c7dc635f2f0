package dev.diagonal.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command line of README or a page in {@code docs}, from a code block marked {@code sh}.
 *
 * @param page where it is
 * @param line the command as one line
 * @param notRun why no test runs it, from the comment before its block, or empty
 */
record DocumentedCommand(Path page, String line, String notRun) {

  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- not run: ([^>]*?) -->\\n)?```sh\\n(.*?)```", Pattern.DOTALL);

  /** Returns README, the other pages beside it, and those in {@code docs}. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (Path folder : List.of(Path.of(""), Path.of("docs"))) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  /** Returns the commands of all pages, in their order. */
  static List<DocumentedCommand> all() throws IOException {
    List<DocumentedCommand> commands = new ArrayList<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        String notRun = block.group(1) == null ? "" : block.group(1);
        block
            .group(2)
            .replace("\\\n", " ")
            .lines()
            .map(line -> line.replaceFirst("(^|\\s)#.*", "").replaceAll(" +", " ").strip())
            .filter(line -> !line.isEmpty())
            .forEach(line -> commands.add(new DocumentedCommand(page, line, notRun)));
      }
    }
    return commands;
  }

  @Override
  public String toString() {
    return page + ": " + line;
  }
}
