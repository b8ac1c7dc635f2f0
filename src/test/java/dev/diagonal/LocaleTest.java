package dev.diagonal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No text depends on the locale of the JVM, which may have other digits and letters: servers and
 * programs read statements, options and messages.
 */
final class LocaleTest {

  private static final Pattern LITERAL =
      Pattern.compile("\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"");

  /** Except the word GENERATED of a pattern of SQL, and the format of a log. */
  private static final Pattern NUMBER =
      Pattern.compile("%(?:\\d+[$])?[-,+ 0(]*\\d*(?:\\.\\d+)?[dfegEG](?!ENERATED|[{]ISO8601)");

  private static final Pattern CASE = Pattern.compile("\\.to(?:Lower|Upper)Case\\(\\)");

  /** {@code say} formats in the root locale. */
  private static final Pattern ROOT =
      Pattern.compile("\\(\\s*(?:(?:java[.]util[.])?Locale[.])?ROOT,|\\bsay\\(");

  @Test
  void sourcesNameTheLocaleOfNumbersAndLetters() throws IOException {
    List<String> found = new ArrayList<>();
    for (String root : List.of("transforms", "pipelines")) {
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          faults(Files.readString(file)).forEach(fault -> found.add(file + ": " + fault));
        }
      }
    }
    assertThat(found).as("String.format(Locale.ROOT, …), or %%s for whole numbers").isEmpty();
  }

  @Test
  void findsWhatDependsOnTheLocale() {
    assertThat(faults("x();\nreturn \"%,d rows\".formatted(n);")).hasSize(1);
    assertThat(faults("x();\nreturn \"%2$d rows\".formatted(s, n);")).hasSize(1);
    assertThat(faults("x();\nString sql = \"\"\"\n  SELECT 'a',\n  %d\n\"\"\";")).hasSize(1);
    assertThat(faults("x();\nreturn name.toLowerCase();")).hasSize(1);
    assertThat(faults("x();\nreturn \"%d\".formatted(n, s.toUpperCase(Locale.ROOT));")).hasSize(1);
    assertThat(faults("x();\nreturn String.format(Locale.ROOT, \"%,d rows\", n);")).isEmpty();
    assertThat(faults("x();\nreturn \"%s rows\".formatted(n);")).isEmpty();
  }

  private static List<String> faults(String source) {
    List<String> faults = new ArrayList<>();
    Matcher literals = LITERAL.matcher(source);
    while (literals.find()) {
      if (NUMBER.matcher(literals.group()).find()
          && !isComment(source, literals.start())
          && !ROOT.matcher(statement(source, literals.start(), literals.end())).find()) {
        faults.add(literals.group());
      }
    }
    CASE.matcher(source).results().forEach(each -> faults.add(each.group()));
    return faults;
  }

  private static boolean isComment(String source, int at) {
    String before = source.substring(source.lastIndexOf('\n', at) + 1, at).strip();
    return before.startsWith("*") || before.startsWith("//");
  }

  private static String statement(String source, int start, int end) {
    int from =
        Math.max(
            source.lastIndexOf(';', start),
            Math.max(source.lastIndexOf("{\n", start), source.lastIndexOf("}\n", start)));
    int to = source.indexOf(';', end);
    return source.substring(from + 1, to < 0 ? source.length() : to);
  }
}
