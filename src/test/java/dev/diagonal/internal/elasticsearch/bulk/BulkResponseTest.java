package dev.diagonal.internal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.internal.elasticsearch.bulk.BulkResponse.Item;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkResponseTest {

  @Test
  void itemsComeInTheOrderOfTheRequest() throws IOException {
    assertThat(
            read(
                """
                {"errors":true,"items":[
                  {"index":{"status":201}},
                  {"index":{"status":429,"error":{"type":"rejected","reason":"queue full"}}},
                  {"index":{"status":200}}]}
                """,
                3))
        .containsExactly(
            new Item(201, "", ""), new Item(429, "rejected", "queue full"), new Item(200, "", ""));
  }

  @Test
  void passesOverWhatItDidNotAskFor() throws IOException {
    assertThat(
            read(
                """
                {"took":3,"x":[{"y":{}}],"items":[{"create":{"_shards":{"total":[1]},"status":201,
                "error":{"caused_by":{"type":"no"},"type":"yes","reason":null}}}],"z":{"a":[]}}
                """,
                1))
        .containsExactly(new Item(201, "yes", ""));
  }

  @Test
  void omitsDocumentContentFromReason() throws IOException {
    String reason = "failed to parse field [a] of type [long]. Preview of field's value: 'secret'";
    assertThat(
            read(
                "{\"items\":[{\"index\":{\"status\":400,\"error\":{\"type\":\"t\",\"reason\":\"%s\"}}}]}"
                    .formatted(reason),
                1))
        .containsExactly(new Item(400, "t", "failed to parse field [a] of type [long]."));
  }

  @Test
  void refusesAnAnswerOfAnotherNumberOfItems() {
    assertThatThrownBy(() -> read("{\"errors\":false,\"items\":[]}", 2))
        .isInstanceOf(IOException.class)
        .hasMessage("the response to a bulk request of 2 documents has 0 items");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "null",
        "{\"items\":{}}",
        "{\"items\":[1]}",
        "{\"items\":[{}]}",
        "{\"items\":[{\"index\":1}]}",
        "{\"items\":[{\"index\":{\"status\":\"201\"}}]}",
        "{\"items\":[{\"index\":{\"status\":201}}]",
        "{\"items\":[{\"index\":{\"status\":201}",
      })
  void refusesWhatIsCutOrNoAnswer(String answer) {
    assertThatThrownBy(() -> read(answer, 1)).isInstanceOf(IOException.class);
  }

  private static List<Item> read(String answer, int sent) throws IOException {
    return BulkResponse.read(new ByteArrayInputStream(answer.getBytes(UTF_8)), sent);
  }
}
