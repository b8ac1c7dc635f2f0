package dev.diagonal.fault;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.jspecify.annotations.Nullable;

class DeadLetterTest {

  @Property(seed = "1", tries = 300)
  void survivesItsCoder(
      @ForAll String file, @ForAll long offset, @ForAll String reason, @ForAll String record)
      throws Exception {
    CoderProperties.coderDecodeEncodeEqual(
        DeadLetter.coder(),
        new DeadLetter(wellFormed(file), offset, wellFormed(reason), wellFormed(record)));
  }

  @Property(seed = "2", tries = 300)
  void survivesAsABadRecord(
      @ForAll String file, @ForAll long offset, @ForAll String reason, @ForAll String record) {
    DeadLetter line =
        new DeadLetter(wellFormed(file), offset, wellFormed(reason), wellFormed(record));
    assertThat(DeadLetter.of(line.toBadRecord())).isEqualTo(line);
  }

  @Example
  void jsonLineHasFileOffsetReasonAndRecord() {
    assertThat(new DeadLetter("a.csv", 17, "not a \"number\"", "1,x\té\u0001").toJson())
        .isEqualTo(
            "{\"file\":\"a.csv\",\"offset\":17,\"reason\":\"not a \\\"number\\\"\",\"record\":"
                + "\"1,x\\té\\u0001\"}");
    assertThat(new DeadLetter("a\nb", 0, "\r\n", "\n").toJson()).doesNotContain("\n", "\r");
  }

  @Example
  void theDescriptionShowsAtMost200Characters() {
    assertThat(new DeadLetter("f", 3, "bad", "x".repeat(200)).describe())
        .isEqualTo("f, byte 3: bad; the line is: " + "x".repeat(200));
    assertThat(new DeadLetter("f", 3, "bad", "x".repeat(201)).describe())
        .isEqualTo("f, byte 3: bad; the line is: " + "x".repeat(200) + "… (201 characters)");
  }

  @Example
  void theDescriptionCannotSteerATerminal() {
    assertThat(new DeadLetter("f", 3, "bad", "\u001b[2J\ta\rb\nc").describe())
        .isEqualTo("f, byte 3: bad; the line is: \uFFFD[2J\ta\uFFFDb\uFFFDc");
  }

  @Example
  void badRecordOfOtherTransformHasNoPlace() {
    assertThat(DeadLetter.of(foreign("{\"id\":1}")))
        .isEqualTo(DeadLetter.ofRow("no such type: java.lang.Error", "{\"id\":1}"));
    assertThat(DeadLetter.of(foreign(null)).record()).isEmpty();
  }

  private static BadRecord foreign(@Nullable String json) {
    BadRecord.Record.Builder record = BadRecord.Record.builder().setCoder("SomeCoder");
    if (json != null) {
      record.setHumanReadableJsonRecord(json);
    }
    return BadRecord.builder()
        .setRecord(record.build())
        .setFailure(
            BadRecord.Failure.builder()
                .setException("java.lang.Error")
                .setDescription("no such type")
                .build())
        .build();
  }

  /** Halves of surrogate pairs are not text: they have no encoding. */
  private static String wellFormed(String text) {
    return text.replaceAll("[\\uD800-\\uDFFF]", "?");
  }
}
