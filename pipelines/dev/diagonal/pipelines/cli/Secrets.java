package dev.diagonal.pipelines.cli;

import dev.diagonal.write.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads secrets in the launcher, from a file or the environment: never from the command line. */
public final class Secrets {

  private Secrets() {}

  /**
   * Reads the secret that an option's file holds (its first line), else the environment variable.
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
    } catch (IOException e) {
      throw new UsageException(
          "--%s: the file '%s' cannot be read (%s)"
              .formatted(option, file, e.getClass().getSimpleName()),
          e);
    }
  }
}
