package dev.diagonal.pipelines.transfer;

/** The checksum of docs/transfer.md once more, in SQL and from its description only. */
final class ReceiptSql {

  private ReceiptSql() {}

  /** A table with values of all types, hard ones among them. */
  static final String TABLE =
      """
      CREATE TABLE sent (
        truth boolean, small smallint, number integer, id bigint, single real,
        floating double precision, exact numeric(12,3), free numeric, words text,
        short varchar(9), padded char(5), raw bytea, day date, hour time, local timestamp(3),
        point timestamptz, mark uuid, plain json, tree jsonb);
      INSERT INTO sent
      SELECT i % 2 = 0, i % 30000, i - 1000, i * 1e10, i / 3.0, i / 7.0, i / 8.0,
             (i - 1000) * 10::numeric ^ (i % 20 - 10), 'žluť ' || i, 'v' || i % 99, 'p' || i % 9,
             decode(md5(i::text), 'hex'), '2000-01-01'::date + i % 999,
             '00:00'::time + i * '1 second'::interval,
             '1970-01-01'::timestamp + (i - 1000) * '1 hour'::interval,
             '1970-01-01Z'::timestamptz + (i - 1000) * '1 day'::interval, md5(i::text)::uuid,
             ('{"b": 1.50, "a":  ' || i || ', "ä": [1e2, "\\u0001\\n\\"é", null, {}]}')::json,
             jsonb_build_object('aa', i, 'b', i / 10.0, 'c', jsonb_build_array())
      FROM generate_series(1, 300) AS i;
      INSERT INTO sent (id) VALUES (-1);
      INSERT INTO sent (id, single, floating, free, words, short, raw, exact) VALUES
        (-2, 'NaN', 'NaN', 0.000, '', '', '', -0.5),
        (-3, '-0', '-0', 1e18, E'\\t\\n\\r"\\\\,', ' ', '\\x00', 100);
      """;

  /** {@code canonical} of a JSON value, and {@code of} of a value's bytes. */
  static final String FUNCTIONS =
      """
      CREATE OR REPLACE FUNCTION canonical(j jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE jsonb_typeof(j)
          WHEN 'object' THEN '{' || coalesce((SELECT string_agg(
              to_json(key)::text || ':' || canonical(value), ',' ORDER BY key COLLATE "C")
              FROM jsonb_each(j)), '') || '}'
          WHEN 'array' THEN '[' || coalesce((SELECT string_agg(canonical(value), ',' ORDER BY n)
              FROM jsonb_array_elements(j) WITH ORDINALITY AS e (value, n)), '') || ']'
          WHEN 'number' THEN trim_scale((j #>> '{}')::numeric)::text
          WHEN 'string' THEN to_json(j #>> '{}')::text
          ELSE j::text END $$;
      CREATE OR REPLACE FUNCTION put(bytes bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS
        $$ SELECT coalesce('\\x01'::bytea || bytes, '\\x00') $$;
      CREATE OR REPLACE FUNCTION counted(bytes bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS
        $$ SELECT put(int4send(length(bytes)) || bytes) $$;
      CREATE OR REPLACE FUNCTION counted(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
        $$ SELECT counted(convert_to(value, 'UTF8')) $$;
      CREATE OR REPLACE FUNCTION counted(value numeric) RETURNS bytea LANGUAGE sql IMMUTABLE AS
        $$ SELECT counted(trim_scale(value)::text) $$;
      CREATE OR REPLACE FUNCTION micros(t timestamp) RETURNS bytea LANGUAGE sql IMMUTABLE AS
        $$ SELECT put(int8send(CASE t WHEN 'infinity' THEN 9223372036854775807
             WHEN '-infinity' THEN -9223372036854775807 - 1
             ELSE (extract(epoch FROM t) * 1000000)::bigint END)) $$;
      """;

  /**
   * Returns the checksum of the table as 32 hexadecimal digits.
   *
   * @param padded whether the column {@code padded} is compared as {@code char(5)}, or as a text
   */
  static String checksum(boolean padded) {
    return CHECKSUM.formatted(padded ? "rpad(padded::text, 5)" : "padded::text");
  }

  private static final String CHECKSUM =
      """
      WITH hashes AS (
        SELECT left(encode(sha256(
            put(boolsend(truth)) || counted(small::numeric) || counted(number::numeric)
            || counted(id::numeric) || put(float4send(single + '0'::real))
            || put(float8send(floating + '0'::float8)) || counted(exact) || counted(free)
            || counted(words) || counted(short::text)
            || counted(%s) || counted(raw)
            || put(int8send(CASE day WHEN 'infinity' THEN 9223372036854775807
                 WHEN '-infinity' THEN -9223372036854775807 - 1
                 ELSE (day - '1970-01-01'::date)::bigint END))
            || put(int8send((extract(epoch FROM hour) * 1000000)::bigint))
            || micros(local) || micros(point AT TIME ZONE 'UTC') || put(uuid_send(mark))
            || counted(canonical(plain::jsonb)) || counted(canonical(tree))
          ), 'hex'), 32) AS hash FROM sent),
      limbs AS (
        SELECT sum(('x' || lpad(substr(hash, 1, 8), 16, '0'))::bit(64)::bigint) AS a,
               sum(('x' || lpad(substr(hash, 9, 8), 16, '0'))::bit(64)::bigint) AS b,
               sum(('x' || lpad(substr(hash, 17, 8), 16, '0'))::bit(64)::bigint) AS c,
               sum(('x' || lpad(substr(hash, 25, 8), 16, '0'))::bit(64)::bigint) AS d FROM hashes),
      total AS (
        SELECT (a * 2::numeric ^ 96 + b * 2::numeric ^ 64 + c * 2::numeric ^ 32 + d) AS n FROM limbs)
      SELECT string_agg(lpad(to_hex(mod(div(n, 2::numeric ^ part), 2::numeric ^ 32)::bigint), 8, '0'),
                        '' ORDER BY part DESC)
      FROM total, unnest(ARRAY[0, 32, 64, 96]) AS part
      """;
}
