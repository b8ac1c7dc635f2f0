package dev.diagonal.internal.donors;

/** What a column holds, and so how it is written and mapped. */
enum Kind {
  /** An id; literal quotes around it are no part of it. */
  ID("{\"type\":\"keyword\",\"ignore_above\":8191}"),
  /** A name or a category, found by its whole value. */
  TEXT("{\"type\":\"keyword\",\"ignore_above\":8191}"),
  /** A description, searched by words, and as a whole as {@code .keyword}. */
  WORDS(
      "{\"type\":\"text\",\"fields\":{\"keyword\":{\"type\":\"keyword\",\"ignore_above\":8191}}}"),
  /** {@code t} or {@code f}. */
  FLAG("{\"type\":\"keyword\",\"ignore_above\":8191}"),
  /** A date or a time without a zone. */
  DATE("{\"type\":\"date\",\"format\":\"strict_date_optional_time\"}"),
  /** An amount or a price. */
  AMOUNT("{\"type\":\"double\"}"),
  /** How many. */
  COUNT("{\"type\":\"long\"}"),
  /** One half of a location, which stands in the column of the other. */
  LATITUDE(""),
  /** A longitude, written as the location: {@code [longitude, latitude]}. */
  LONGITUDE("{\"type\":\"geo_point\"}");

  private final String mapping;

  Kind(String mapping) {
    this.mapping = mapping;
  }

  /** Returns how Elasticsearch is to map a field of this kind. */
  String mapping() {
    return mapping;
  }
}
