package dev.diagonal.pipelines.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;

/** The standard output and the standard error. */
public final class StandardStreams {

  private StandardStreams() {}

  /**
   * Prints UTF-8 where the locale is ASCII, as {@code POSIX} is, or has no known character set:
   * Java would print a question mark for each character of a value that is not ASCII. Other locales
   * keep their character set.
   */
  public static void printUtf8InsteadOfAscii() {
    if (needsUtf8(System.getProperty("native.encoding", ""))) {
      System.setOut(new PrintStream(System.out, true, UTF_8));
      System.setErr(new PrintStream(System.err, true, UTF_8));
    }
  }

  /**
   * Returns whether text is printed in UTF-8 instead of a character set.
   *
   * @param ofLocale the name of the character set; empty if there is none
   */
  static boolean needsUtf8(String ofLocale) {
    try {
      return Charset.forName(ofLocale).equals(US_ASCII);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      return true;
    }
  }
}
