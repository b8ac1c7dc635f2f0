package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.Words;
import org.jspecify.annotations.Nullable;

/** Replaces bytes that are not UTF-8 by U+FFFD, and counts the replacements. */
final class Utf8Repair {

  private static final char UNKNOWN = '\uFFFD';

  private long replacedCharacters;

  /** Returns the repaired bytes of a record, or null if all of its bytes are UTF-8. */
  byte @Nullable [] repaired(byte[] buffer, int start, int end) {
    if (Words.areAscii(buffer, start, end)) {
      return null;
    }
    String text = new String(buffer, start, end - start, UTF_8);
    if (text.indexOf(UNKNOWN) < 0) {
      return null;
    }
    long replaced = text.chars().filter(c -> c == UNKNOWN).count() - marks(buffer, start, end);
    replacedCharacters += replaced;
    return replaced > 0 ? text.getBytes(UTF_8) : null;
  }

  /** Returns how many characters have been replaced so far. */
  long replacedCharacters() {
    return replacedCharacters;
  }

  /** Counts the replacement characters that the file itself contains, which are valid UTF-8. */
  private static int marks(byte[] buffer, int start, int end) {
    int found = 0;
    for (int i = start; i + 2 < end; i++) {
      if (buffer[i] == (byte) 0xEF
          && buffer[i + 1] == (byte) 0xBF
          && buffer[i + 2] == (byte) 0xBD) {
        found++;
      }
    }
    return found;
  }
}
