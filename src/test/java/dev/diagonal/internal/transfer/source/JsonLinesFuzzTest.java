package dev.diagonal.internal.transfer.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads random JSON lines in random ranges, and compares each line with what Jackson's tree model
 * makes of its characters. A failure names its seed.
 */
final class JsonLinesFuzzTest {

  private static final int CASES = 2_000;
  private static final int MANY_CASES = 200_000;
  private static final String FIRST = "{\"a\":1,\"b\":\"x\",\"é\":[true,null]}\n";
  private static final List<String> KEYS = List.of("a", "b", "é");

  private static final JsonMapper JACKSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"a\":",
    "\"b\":",
    "\"é\":",
    "\"c\":",
    "\"\":",
    "1",
    "-0",
    "007",
    "1E2",
    "0.10",
    "12345678901234567890",
    "true",
    "null",
    "\"x\"",
    "\"\"",
    "\"\\n\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"é😀\"",
    " ",
    "\t",
    "{}",
    "[1,{\"k\":\"v\"}]"
  };

  private final Path directory;

  JsonLinesFuzzTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void agreesWithJackson() throws Exception {
    int good = 0;
    for (int seed = 0; seed < CASES; seed++) {
      good += compare(seed);
    }
    assertThat(good).as("good lines").isGreaterThan(CASES);
  }

  @Test
  @Tag("large")
  void agreesWithJacksonForLong() throws Exception {
    for (int seed = CASES; seed < MANY_CASES; seed++) {
      int unused = compare(seed);
    }
  }

  /** Keys with overlong forms of UTF-8 and lines with a byte 1 at the end were good. */
  @ParameterizedTest
  @ValueSource(ints = {104_378, 142_452})
  void seedsThatFailedStayRight(int seed) throws Exception {
    int unused = compare(seed);
  }

  /** Returns how many lines are good. */
  private int compare(int seed) throws Exception {
    Random random = new Random(seed);
    byte[] text = soup(random);
    Map<Long, @Nullable List<@Nullable JsonNode>> expected = jackson(text);
    Path file = Files.write(directory.resolve("in.jsonl"), text);
    long rangeBytes = 1 + random.nextInt(60);
    JsonLineFiles source =
        JsonLineFiles.of(
            List.of(file.toString()), new RangePlan(1_000, rangeBytes, rangeBytes, 10_000), true);
    Map<Long, @Nullable List<@Nullable JsonNode>> found = read(source, expected, random);
    if (!found.equals(expected)) {
      assertThat(found)
          .as("seed %s, ranges of %s bytes: %s", seed, rangeBytes, new String(text, UTF_8))
          .isEqualTo(expected);
    }
    return (int) expected.values().stream().filter(fields -> fields != null).count();
  }

  private static byte[] soup(Random random) {
    StringBuilder text = new StringBuilder(FIRST);
    int lines = random.nextInt(6);
    for (int i = 0; i < lines; i++) {
      StringBuilder line =
          new StringBuilder(random.nextInt(4) == 0 ? pieces(random) : object(random));
      if (random.nextInt(3) == 0 && !line.isEmpty()) {
        int at = random.nextInt(line.length());
        String piece = PIECES[random.nextInt(PIECES.length)];
        line.replace(at, at + random.nextInt(Math.min(3, line.length() - at + 1)), piece);
      }
      text.append(line)
          .append(random.nextInt(3) == 0 ? "\r\n" : random.nextBoolean() ? "\n" : "\r");
    }
    byte[] bytes = text.toString().getBytes(UTF_8);
    if (random.nextInt(4) == 0 && bytes.length > FIRST.getBytes(UTF_8).length) {
      int first = FIRST.getBytes(UTF_8).length;
      bytes[first + random.nextInt(bytes.length - first)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static String pieces(Random random) {
    StringBuilder line = new StringBuilder();
    int pieces = random.nextInt(12);
    for (int i = 0; i < pieces; i++) {
      line.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return line.toString();
  }

  private static String object(Random random) {
    List<String> members = new ArrayList<>();
    for (String key : List.of("a", "b", "é", "c")) {
      if (random.nextBoolean()) {
        members.add("\"" + key + "\":" + value(random));
      }
    }
    return "{" + String.join(", ", members) + "}";
  }

  private static String value(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> "\"\\u00e9\\\"" + random.nextInt(10) + "\"";
      case 1 -> "[" + random.nextInt() + ", \"]\"]";
      case 2 -> "{\"k\": {\"a\": " + random.nextInt(3) + "}}";
      case 3 -> random.nextBoolean() ? "null" : "false";
      case 4 -> random.nextInt() + "." + random.nextInt(1_000) + "e" + random.nextInt(30);
      default -> PIECES[random.nextInt(PIECES.length)];
    };
  }

  /** Returns the values of each line by its offset, or null for a bad line. */
  private static Map<Long, @Nullable List<@Nullable JsonNode>> jackson(byte[] text) {
    String characters = new String(text, ISO_8859_1);
    Map<Long, @Nullable List<@Nullable JsonNode>> lines = new TreeMap<>();
    int start = 0;
    for (String line : characters.split("[\r\n]", -1)) {
      if (!line.isEmpty()) {
        lines.put((long) start, values(line.getBytes(ISO_8859_1)));
      }
      start += line.length() + 1;
    }
    return lines;
  }

  private static @Nullable List<@Nullable JsonNode> values(byte[] line) {
    JsonNode object;
    try {
      object = JACKSON.readTree(UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString());
    } catch (IOException e) {
      return null;
    }
    if (!object.isObject() || hasBadKeyOrText(object)) {
      return null;
    }
    List<@Nullable JsonNode> values = new ArrayList<>();
    for (String key : KEYS) {
      JsonNode value = object.get(key);
      values.add(value == null || value.isNull() ? null : value);
    }
    return values;
  }

  /** Diagonal refuses blank keys, and halves of surrogate pairs outside of JSON within JSON. */
  private static boolean hasBadKeyOrText(JsonNode object) {
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      if (each.getKey().isBlank()
          || isHalf(each.getKey())
          || (each.getValue().isTextual() && isHalf(each.getValue().textValue()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHalf(String text) {
    return !UTF_8.newEncoder().canEncode(text);
  }

  private static Map<Long, @Nullable List<@Nullable JsonNode>> read(
      JsonLineFiles source, Map<Long, @Nullable List<@Nullable JsonNode>> expected, Random random)
      throws Exception {
    Map<Long, @Nullable List<@Nullable JsonNode>> found = new TreeMap<>();
    Rejects rejects = bad -> found.put(bad.offset(), null);
    for (SourceRange range : source.ranges()) {
      try (RowBlockReader reader = source.open(range, 1 + random.nextInt(5))) {
        for (RowBlock block = reader.next(rejects); block != null; block = reader.next(rejects)) {
          for (int row = 0; row < block.rows(); row++) {
            List<@Nullable JsonNode> like = expected.get(block.offset(row));
            List<@Nullable JsonNode> values = new ArrayList<>();
            for (int i = 0; i < KEYS.size(); i++) {
              int column = source.declared().indexOf(KEYS.get(i));
              values.add(
                  block.isNull(row, column)
                      ? null
                      : value(block.text(row, column), like == null ? null : like.get(i)));
            }
            List<@Nullable JsonNode> before = found.put(block.offset(row), values);
            assertThat(before).as("the line at byte %s is read twice", block.offset(row)).isNull();
          }
        }
      }
    }
    return found;
  }

  /** Returns a text as a value of the kind that is expected. */
  private static JsonNode value(String text, @Nullable JsonNode like) throws IOException {
    return like == null || like.isTextual()
        ? JACKSON.getNodeFactory().textNode(text)
        : JACKSON.readTree(text);
  }
}
