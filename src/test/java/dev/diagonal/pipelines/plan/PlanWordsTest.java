package dev.diagonal.pipelines.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlanWordsTest {

  /** Options of programs that the tests and the embedded servers start. */
  private static final Set<String> OF_PROGRAMS =
      Set.of(
          "auth",
          "clear",
          "encoding",
          "locale",
          "long",
          "no",
          "pgdata",
          "pwfile",
          "regid",
          "reuid",
          "single",
          "username");

  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?\\*/|^\\s*//.*?$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--([a-z]\\w*)");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "start without --resume | start without resume: true",
        "resume it with --commitRows=500 | resume it with commitRows: 500",
        "(--resume writes the others) | (resume: true writes the others)",
        "needs one table, and --key for an upsert | needs one table, and 'key' for an upsert",
        "--resume with --from=jdbc: needs --mode=upsert | resume: true with from: {jdbc: …} needs mode: upsert",
        "Set another: --types=zip:text, or --types=text for all | Set another: types: {zip: text}, or types: text for all",
        "(--types=price:decimal(10,2)) and --delimiter=;, which | (types: {price: decimal(10,2)}) and delimiter: ;, which",
        "--badRecords=<file.jsonl> writes them | badRecords: <file.jsonl> writes them",
        "--csvStyle=dump sets --delimiter | style: dump sets 'delimiter'",
        "fewer readers (--targetParallelism), or --runner=FlinkRunner | fewer readers (--targetParallelism), or --runner=FlinkRunner",
        "remove --attachedMode=false or -d | remove --attachedMode=false or -d",
        "the user with --jdbcUser (in a plan: user) | the user with --jdbcUser (in a plan: user)",
        "with --limit=5 or --indexes=after, remove --limit | with --limit=5 or --indexes=after, remove --limit",
        "--help lists the options | --help lists the options",
        "a value such as a--resume or --- | a value such as a--resume or ---",
      })
  void optionsBecomeKeys(String message, String inPlan) {
    assertThat(PlanWords.of(message)).isEqualTo(inPlan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--jdbcPasswordFile needs --jdbcUser | 'jdbcPasswordFile' needs 'jdbcUser'",
        "--limit=5 cannot be combined with --fold | limit: 5 cannot be combined with 'fold'",
        "--inputJdbcUrl and --csvStyle=dump | 'inputJdbcUrl' and csvStyle: dump",
        "fewer readers (--targetParallelism) | fewer readers (--targetParallelism)",
      })
  void keysOfCommandsAreTheirOptions(String message, String inPlan) {
    assertThat(PlanWords.ofCommand(message)).isEqualTo(inPlan);
  }

  /** Otherwise a plan's reader is told of a way that a plan does not have. */
  @Test
  void everyOptionThatMessagesNameIsKnown() throws IOException {
    Set<String> known = new TreeSet<>(PlanWords.OF_COMMAND_LINE);
    known.addAll(PlanWords.RENAMED.keySet());
    known.addAll(PlanWords.WITHOUT_KEY);
    known.addAll(OF_PROGRAMS);
    String readers = "pipelines/dev/diagonal/pipelines/transfer/spec/";
    for (String reader : Set.of("TransferNode", "SourceNode", "SinkNode")) {
      texts(Path.of(readers + reader + ".java")).forEach(known::add);
    }
    for (Command command : Main.COMMANDS) {
      if (!command.name().equals("transfer")) { // its options are the keys of its tasks
        for (Method method : command.options().getMethods()) {
          if (method.getName().startsWith("get")) {
            known.add(
                method.getName().substring(3, 4).toLowerCase(Locale.ROOT)
                    + method.getName().substring(4));
          }
        }
      }
    }
    Set<String> named = new TreeSet<>();
    for (String root : Set.of("pipelines", "transforms")) {
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .flatMap(PlanWordsTest::texts)
            .flatMap(text -> OPTION.matcher(text).results().map(found -> found.group(1)))
            .forEach(named::add);
      }
    }

    assertThat(named).contains("resume", "commitRows", "types");
    assertThat(known).containsAll(named);
  }

  private static Stream<String> texts(Path file) {
    try {
      String code = COMMENT.matcher(Files.readString(file)).replaceAll("");
      return TEXT.matcher(code).results().map((MatchResult found) -> found.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
