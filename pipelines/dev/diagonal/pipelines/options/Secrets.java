package dev.diagonal.pipelines.options;

import dev.diagonal.fault.Secret;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads secrets in the launcher, from a file or the environment, never from the command line. */
public final class Secrets {

  private static final Pattern SECRET_OPTION =
      Pattern.compile("(?is)([^=]*(?:pass|pwd|secret|token|key)[^=]*=).*");

  private Secrets() {}

  /** Returns an argument without the value of an option that may hold a secret. */
  public static String shown(String argument) {
    Matcher secret = SECRET_OPTION.matcher(argument);
    return JdbcUrl.shownIn(secret.matches() ? secret.group(1) + "…" : argument);
  }

  /**
   * Reads the first line of the file that the option names, or else the environment variable.
   *
   * @throws UsageException if the file cannot be read or is empty
   */
  public static Optional<Secret> read(String option, @Nullable String file, String variable) {
    if (file != null) {
      return Optional.of(new Secret(readFile(option, file)));
    }
    String value = System.getenv(variable);
    return value == null || value.isEmpty() ? Optional.empty() : Optional.of(new Secret(value));
  }

  private static String readFile(String option, String file) {
    try {
      return Files.readString(Path.of(file))
          .lines()
          .findFirst()
          .filter(line -> !line.isEmpty())
          .orElseThrow(
              () -> new UsageException("--%s: the file '%s' is empty".formatted(option, file)));
    } catch (IOException | InvalidPathException e) {
      throw new UsageException(
          "--%s: the file '%s' cannot be read: %s".formatted(option, file, Reason.ofFile(e)), e);
    }
  }
}
