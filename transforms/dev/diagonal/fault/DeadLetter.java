package dev.diagonal.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.bytes.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.util.VarInt;

/**
 * A record that could not be used, and the reason.
 *
 * @param file the file that contains it, or empty
 * @param offset the byte of the file it starts at (of the decompressed text in a compressed file),
 *     or {@value #NOWHERE} without a file
 * @param reason the error message
 * @param record the line without its line end; invalid UTF-8 is replaced
 */
public record DeadLetter(String file, long offset, String reason, String record)
    implements Serializable {

  /** The offset of a record without a file. */
  public static final long NOWHERE = -1;

  /** How much of a record an error message shows, in characters. */
  public static final int SHOWN_CHARACTERS = 200;

  /** The maximum length of a record in a dead letter, in characters. */
  public static final int MAX_CHARACTERS = 1 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The coder name of a {@link BadRecord} that contains a dead letter as JSON. */
  static final String CODER_NAME = DeadLetter.class.getName() + " as JSON";

  /** Truncates a record of more than {@link #MAX_CHARACTERS} characters and notes its length. */
  public DeadLetter {
    if (record.length() > MAX_CHARACTERS) {
      int end = MAX_CHARACTERS - 64; // including the note, it is not truncated again
      end -= Character.isHighSurrogate(record.charAt(end - 1)) ? 1 : 0;
      record = record.substring(0, end) + "… (" + record.length() + " characters)";
    }
  }

  /** Returns a dead letter for a row without a file. */
  public static DeadLetter ofRow(String reason, String row) {
    return new DeadLetter("", NOWHERE, reason, row);
  }

  /** Returns file, offset, reason and the start of the text, on one line. */
  public String describe() {
    String shown =
        record.length() <= SHOWN_CHARACTERS
            ? record
            : record.substring(0, SHOWN_CHARACTERS) + "… (" + record.length() + " characters)";
    return offset == NOWHERE
        ? "%s; the row is: %s".formatted(reason, Printable.line(shown))
        : "%s, byte %s: %s; the line is: %s".formatted(file, offset, reason, Printable.line(shown));
  }

  /** Returns the element for Beam's error handlers. */
  public BadRecord toBadRecord() {
    return BadRecord.builder()
        .setRecord(
            BadRecord.Record.builder()
                .setHumanReadableJsonRecord(toJson())
                .setEncodedRecord(record.getBytes(UTF_8))
                .setCoder(CODER_NAME)
                .build())
        .setFailure(
            BadRecord.Failure.builder()
                .setException(reason)
                .setDescription(
                    offset == NOWHERE ? reason : file + ", byte " + offset + ": " + reason)
                .build())
        .build();
  }

  /**
   * Returns the dead letter in a bad record. A bad record of another transform, such as Beam's own,
   * has no file and no offset.
   */
  public static DeadLetter of(BadRecord bad) {
    BadRecord.Record record = bad.getRecord();
    String json = record.getHumanReadableJsonRecord();
    try {
      if (CODER_NAME.equals(record.getCoder())) {
        return JSON.readValue(json, DeadLetter.class);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not the JSON of a dead letter: " + json, e);
    }
    String reason = bad.getFailure().getDescription() + ": " + bad.getFailure().getException();
    return ofRow(reason, json == null ? "" : json);
  }

  /** Returns this as one line of JSON: file, offset, reason, record. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Parses the result of {@link #toJson}. */
  public static DeadLetter fromJson(String json) {
    try {
      return JSON.readValue(json, DeadLetter.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not the JSON of a dead letter: " + json, e);
    }
  }

  /** Returns the coder: four fields, one after another. */
  public static Coder<DeadLetter> coder() {
    return DeadLetterCoder.OF;
  }

  private static final class DeadLetterCoder extends AtomicCoder<DeadLetter> {

    private static final DeadLetterCoder OF = new DeadLetterCoder();
    private static final StringUtf8Coder TEXT = StringUtf8Coder.of();

    @Override
    public void encode(DeadLetter line, OutputStream out) throws IOException {
      TEXT.encode(line.file, out);
      VarInt.encode(line.offset, out);
      TEXT.encode(line.reason, out);
      TEXT.encode(line.record, out);
    }

    @Override
    public DeadLetter decode(InputStream in) throws IOException {
      return new DeadLetter(
          TEXT.decode(in), VarInt.decodeLong(in), TEXT.decode(in), TEXT.decode(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
