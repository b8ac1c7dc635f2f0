package dev.diagonal.pipelines.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.charset.Charset;

/** The standard output and the standard error. */
public final class StandardStreams {

  private StandardStreams() {}

  /**
   * Prints UTF-8 where the locale is ASCII, as {@code POSIX} is: Java would print a question mark
   * for each character of a value that is not ASCII. Other locales keep their character set.
   */
  public static void printUtf8InsteadOfAscii() {
    String ofLocale = System.getProperty("native.encoding", "");
    if (Charset.isSupported(ofLocale) && Charset.forName(ofLocale).equals(US_ASCII)) {
      System.setOut(new PrintStream(System.out, true, UTF_8));
      System.setErr(new PrintStream(System.err, true, UTF_8));
    }
  }
}
