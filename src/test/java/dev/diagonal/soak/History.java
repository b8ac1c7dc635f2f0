package dev.diagonal.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.soak.Event.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of events, one JSON object per line, in the order in which they happened. Thread-safe. */
final class History implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Writer writer;
  private final long startNanos = System.nanoTime();
  private int round;

  private History(Writer writer) {
    this.writer = writer;
  }

  static History to(Path file) throws IOException {
    return new History(Files.newBufferedWriter(file, UTF_8));
  }

  /** Reads the events of a file. */
  static List<Event> read(Path file) throws IOException {
    List<Event> events = new ArrayList<>();
    for (String line : Files.readAllLines(file, UTF_8)) {
      events.add(JSON.readValue(line, Event.class));
    }
    return events;
  }

  synchronized void begin(int number, String what) {
    round = number;
    add(Kind.ROUND, what, number, Event.ANY, "");
  }

  /** Adds an event of which nothing is expected. */
  void add(Kind kind, String who, long number, String text) {
    add(kind, who, number, Event.ANY, text);
  }

  /** Adds a number, and what it must be. */
  void expect(Kind kind, String who, long number, long expected) {
    add(kind, who, number, expected, "");
  }

  private synchronized void add(Kind kind, String who, long number, long expected, String text) {
    long millis = (System.nanoTime() - startNanos) / 1_000_000;
    try {
      writer.write(
          JSON.writeValueAsString(new Event(millis, round, kind, who, number, expected, text))
              + "\n");
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
