package dev.diagonal.pipelines.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.output.OutputCompression;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.pipelines.report.ShownOptions;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/** The log of one command: {@code --verbose} prints it, {@code --logFile} appends it to a file. */
final class Logs implements AutoCloseable {

  private static final Logger LOGGER = Logger.getLogger(Warnings.LOGGER);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ISO_OFFSET_DATE_TIME.withZone(ZoneId.systemDefault());

  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT");
  private static final int DATE_LENGTH = 11;

  private final List<Lines> handlers = new ArrayList<>();

  /**
   * Starts the log that the options of a command ask for.
   *
   * @param args as {@code --name=value}
   * @throws UsageException if the file cannot be written
   */
  static Logs begin(String command, List<String> args, PrintStream err) {
    Logs logs = new Logs();
    if (args.contains("--check=true")) {
      return logs; // a check changes nothing
    }
    if (args.contains("--verbose=true")) {
      logs.add(new Lines(err, TIME, true));
    }
    for (String arg : args) {
      if (arg.startsWith("--logFile=") && arg.length() > "--logFile=".length()) {
        logs.add(new Lines(open(arg.substring("--logFile=".length())), DATE_AND_TIME, false));
      }
    }
    if (!logs.handlers.isEmpty()) {
      LOGGER.setLevel(Level.FINE);
      LOGGER.info(command + " " + String.join(" ", ShownOptions.of(args)));
    }
    return logs;
  }

  /** Appends to a file; another file than a log may be an input and is refused. */
  private static PrintStream open(String file) {
    try {
      if (file.equals("-")) {
        throw new UsageException("--logFile: '-' is the standard output: name a file");
      }
      OutputCompression.checkPlain(file);
      if (!isLog(Path.of(file))) {
        throw new UsageException(
            "--logFile: the file '%s' exists and is not a log of Diagonal: name another file"
                .formatted(Printable.line(file)));
      }
      return new PrintStream(Files.newOutputStream(Path.of(file), CREATE, APPEND), true, UTF_8);
    } catch (IOException | InvalidPathException e) {
      throw new UsageException(
          "--logFile: the file '%s' cannot be written (%s)"
              .formatted(Printable.line(file), Reason.ofFile(e)),
          e);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--logFile: " + e.getMessage(), e);
    }
  }

  /**
   * Returns whether a file begins as a log does, is empty, is missing, or is not a regular file.
   */
  private static boolean isLog(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return true;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String start = new String(in.readNBytes(DATE_LENGTH), ISO_8859_1);
      return start.isEmpty() || DATE.matcher(start).matches();
    }
  }

  private void add(Lines lines) {
    handlers.add(lines);
    LOGGER.addHandler(lines);
  }

  /** Logs how the command ended. */
  void end(ExitCode exitCode) {
    if (!handlers.isEmpty()) {
      LOGGER.info("ended with exit code " + exitCode.status());
    }
  }

  @Override
  public void close() {
    for (Lines each : handlers) {
      LOGGER.removeHandler(each);
      each.close();
    }
    LOGGER.setLevel(Level.WARNING);
  }

  /** Prints a line per record. */
  private static final class Lines extends Handler {

    private final PrintStream out;
    private final DateTimeFormatter time;
    private final boolean terminal;

    Lines(PrintStream out, DateTimeFormatter time, boolean terminal) {
      this.out = out;
      this.time = time;
      this.terminal = terminal;
    }

    @Override
    public void publish(LogRecord record) {
      boolean isWarning = record.getLevel().intValue() >= Level.WARNING.intValue();
      if (terminal && isWarning) {
        return; // WarningLines prints it
      }
      String logger = record.getLoggerName();
      String from = isWarning ? "warning" : logger.substring(logger.lastIndexOf('.') + 1);
      out.println(
          "%s %s: %s"
              .formatted(
                  time.format(record.getInstant()), from, Printable.line(record.getMessage())));
    }

    @Override
    public void flush() {
      out.flush();
    }

    @Override
    public void close() {
      if (!terminal) {
        out.close();
      }
    }
  }
}
