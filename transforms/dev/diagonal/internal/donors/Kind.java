package dev.diagonal.internal.donors;

/** The kind of a column, which decides its JSON and its mapping. */
enum Kind {
  /** An id, without literal quotes around it. */
  ID("{\"type\":\"keyword\",\"ignore_above\":8191}"),
  /** A name or a category, searched by its whole value. */
  TEXT("{\"type\":\"keyword\",\"ignore_above\":8191}"),
  /** A description, searched by words, and by its whole value as {@code .keyword}. */
  WORDS(
      "{\"type\":\"text\",\"fields\":{\"keyword\":{\"type\":\"keyword\",\"ignore_above\":8191}}}"),
  /** {@code t} or {@code f}. */
  FLAG("{\"type\":\"keyword\",\"ignore_above\":8191}"),
  /** A date or a time without a zone. */
  DATE("{\"type\":\"date\",\"format\":\"strict_date_optional_time\"}"),
  /** An amount or a price. */
  AMOUNT("{\"type\":\"double\"}"),
  /** A number of items. */
  COUNT("{\"type\":\"long\"}"),
  /** One half of a location, which is written with the other half. */
  LATITUDE(""),
  /** A longitude, written with the latitude as the location: {@code [longitude, latitude]}. */
  LONGITUDE("{\"type\":\"geo_point\"}");

  private final String mapping;

  Kind(String mapping) {
    this.mapping = mapping;
  }

  /** Returns Elasticsearch's mapping of a field of this kind. */
  String mapping() {
    return mapping;
  }
}
