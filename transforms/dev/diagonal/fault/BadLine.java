package dev.diagonal.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.beam.sdk.transforms.errorhandling.BadRecord;

/**
 * A line of input that could not be used, and why.
 *
 * @param file the file it stands in
 * @param offset the byte of the file it starts at; in a compressed file, of the decompressed text
 * @param reason what is wrong with it, for a person
 * @param record the line without its line end; bytes that are no UTF-8 are replaced
 */
public record BadLine(String file, long offset, String reason, String record) {

  /** How much of a line an error message shows, in characters. A dead letter holds all of it. */
  public static final int SHOWN_CHARACTERS = 200;

  /** The coder name under which a {@link BadRecord} carries one of these, as JSON. */
  static final String CODER_NAME = BadLine.class.getName() + " as JSON";

  /** Returns file, offset, reason and the start of the text, on one line. */
  public String describe() {
    String shown =
        record.length() <= SHOWN_CHARACTERS
            ? record
            : record.substring(0, SHOWN_CHARACTERS) + "… (" + record.length() + " characters)";
    return "%s, byte %d: %s; the line is: %s".formatted(file, offset, reason, printable(shown));
  }

  /** Returns this as the element that Beam's error handlers take. */
  public BadRecord toBadRecord() {
    return BadRecord.builder()
        .setRecord(
            BadRecord.Record.builder()
                .addHumanReadableJson(this)
                .setEncodedRecord(record.getBytes(UTF_8))
                .setCoder(CODER_NAME)
                .build())
        .setFailure(
            BadRecord.Failure.builder()
                .setException(reason)
                .setDescription(file + ", byte " + offset + ": " + reason)
                .build())
        .build();
  }

  private static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) && c != '\t' ? '\uFFFD' : c));
    return shown.toString();
  }
}
