package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parses ratings with their users, each with the checks of {@link RatingLine}, so a line that is
 * bad to {@link RatingParser} is bad here too. Empty lines are skipped. Not thread-safe.
 */
public final class UserRatings {

  private final RatingFormat format;
  private String file = "";
  private RatingLine line;
  private RatingLayout.Columns columns = new RatingLayout.Columns(0, 0, -1, -1, 0);
  private boolean more;

  /** Receives the ratings. */
  @FunctionalInterface
  public interface Output {
    /**
     * Takes a rating.
     *
     * @param movie the movie, if movies are numbers
     * @param name the movie, if movies are texts, else null
     */
    void rating(long user, long movie, @Nullable String name, int thousandths, long offset);
  }

  public UserRatings(RatingFormat format) {
    this.format = format;
    this.line = new RatingLine(format, columns);
  }

  /**
   * Starts a file; the following blocks come from it.
   *
   * @throws BadInputException if it lacks a column, or has no column of users
   */
  public void open(TextFile textFile) {
    RatingFormat layout = RatingLayout.in(format, textFile);
    RatingLayout.Columns columns = RatingLayout.columnsOf(layout, textFile);
    this.columns = columns;
    if (columns.user() < 0) {
      throw new BadInputException(
          "%s has no column '%s' of its own".formatted(textFile.name(), format.userColumn()));
    }
    file = textFile.name();
    line = new RatingLine(layout, columns);
    more = columns.fields() == 0;
  }

  /** Returns whether a column of the file is read. */
  public boolean reads(int column) {
    return columns.reads(column);
  }

  /** Parses all lines of a block. */
  public void read(TextBlock block, Output output, Consumer<DeadLetter> badLines) {
    byte[] bytes = block.bytes();
    int start = block.start();
    while (start < block.end()) {
      int next = start;
      while (bytes[next] != '\n') {
        next++;
      }
      int end = next > start && bytes[next - 1] == '\r' ? next - 1 : next;
      if (end > start) {
        String fault = line.read(bytes, start, end, more);
        if (fault == null) {
          String name = format.textMovies() ? line.movieText() : null;
          output.rating(line.user(), line.movie(), name, line.rating(), block.offsetOf(start));
        } else {
          String text = new String(bytes, start, end - start, UTF_8);
          badLines.accept(new DeadLetter(file, block.offsetOf(start), fault, text));
        }
      }
      start = next + 1;
    }
  }
}
