package dev.diagonal.internal.jdbc.copy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SameTypesTest {

  @ParameterizedTest
  @CsvSource({
    "bigint, bigint, true",
    "integer, bigint, false",
    "'numeric(10,2)', 'numeric(10,2)', true",
    "'numeric(10,2)', 'numeric(12,2)', false",
    "'numeric(10,2)', numeric, true",
    "numeric, 'numeric(10,2)', false",
    "character varying(9), character varying(9), true",
    "character varying(9), text, true",
    "text, character varying(9), false",
    "text, character varying, false",
    "character(5), character(5), true",
    "character(5), character(6), false",
    "character(5), character, false",
    "timestamp(3) without time zone, timestamp without time zone, true",
    "timestamp without time zone, timestamp(3) without time zone, false",
    "timestamp without time zone, timestamp with time zone, false",
    "json, jsonb, false",
    "mood, mood, false",
    "integer[], integer[], false",
    "money, money, false"
  })
  void bytesPassOnlyWhereNoValueChanges(String from, String to, boolean same) {
    assertThat(SameTypes.isSame(from, to)).isEqualTo(same);
  }
}
