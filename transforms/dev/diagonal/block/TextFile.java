package dev.diagonal.block;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * The file that blocks come from.
 *
 * @param name its name, as the file system spells it
 * @param header its first line without the line end, or null if the files were declared to have
 *     none
 */
public record TextFile(String name, @Nullable String header) {

  static TextFile withHeader(String name, byte[] line) {
    return new TextFile(name, new String(line, UTF_8));
  }

  static TextFile withoutHeader(String name) {
    return new TextFile(name, null);
  }
}
