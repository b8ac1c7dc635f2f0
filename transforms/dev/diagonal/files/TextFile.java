package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file that blocks come from.
 *
 * @param name its name, as the file system writes it
 * @param header its first line without the line end, or null if files were declared to have none
 * @param records whether the file has a {@link RecordFormat}; its lines then have a header, commas
 *     and quotes, whatever was declared for text files, and the offset of a line is the number of
 *     its record
 * @param firstLines the first lines of a text file without a header, which show how many fields a
 *     line has; otherwise none
 */
public record TextFile(
    String name, @Nullable String header, boolean records, List<String> firstLines) {

  public TextFile {
    firstLines = List.copyOf(firstLines);
  }

  public TextFile(String name, @Nullable String header) {
    this(name, header, false);
  }

  public TextFile(String name, @Nullable String header, boolean records) {
    this(name, header, records, List.of());
  }

  /**
   * @throws BadInputException if the line is not UTF-8, since columns would get wrong names
   */
  static TextFile withHeader(String name, byte[] line) {
    String header = new String(line, UTF_8);
    if (!Arrays.equals(header.getBytes(UTF_8), line)) {
      throw new BadInputException(
          "the header of %s is not UTF-8: '%s'. Convert the file (iconv -f windows-1252 -t UTF-8), or use a command with --encoding"
              .formatted(name, header));
    }
    return new TextFile(name, header);
  }

  static TextFile withoutHeader(String name, List<String> firstLines) {
    return new TextFile(name, null, false, firstLines);
  }
}
