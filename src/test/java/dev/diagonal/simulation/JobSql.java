package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the job table, parsed: what they do is taken from their text, so that a
 * condition which is missing there is missing in the simulation too. Understands these statements
 * and no others.
 *
 * @param kind what it does
 * @param where which rows
 * @param assignments what an update sets
 * @param skipsLocked whether it leaves out rows that others have locked
 */
@SuppressWarnings({"NullAway", "StatementSwitchToExpressionSwitch"}) // a null fails the test
record JobSql(Kind kind, Expression where, List<Assignment> assignments, boolean skipsLocked) {

  enum Kind {
    CLAIM,
    UPDATE,
    SELECT,
    EXISTS
  }

  /** A value, from a row, the parameters and the time. */
  interface Expression {
    @Nullable Object of(Map<String, Object> row, List<Object> parameters, long now);
  }

  record Assignment(String column, Expression value) {}

  private static final Map<String, JobSql> PARSED = new ConcurrentHashMap<>();

  private static final Pattern CLAIM =
      Pattern.compile(
          "WITH next AS MATERIALIZED \\( SELECT batch_id FROM \\S+ WHERE (.*) ORDER BY failures,"
              + " batch_id LIMIT 1 FOR UPDATE ?(SKIP LOCKED)?\\) UPDATE \\S+ AS b SET (.*)"
              + " FROM next WHERE b.batch_id = next.batch_id RETURNING .*");
  private static final Pattern UPDATE_IN =
      Pattern.compile(
          "UPDATE \\S+ SET (.*) WHERE batch_id IN \\( SELECT batch_id FROM \\S+ WHERE (.*) FOR"
              + " UPDATE SKIP LOCKED\\)");
  private static final Pattern UPDATE = Pattern.compile("UPDATE \\S+ SET (.*) WHERE (.*)");
  private static final Pattern EXISTS =
      Pattern.compile("SELECT EXISTS \\(SELECT 1 FROM \\S+ WHERE (.*)\\)");
  private static final Pattern SELECT = Pattern.compile("SELECT \\S+ FROM \\S+ WHERE (.*)");

  static JobSql of(String sql) {
    return PARSED.computeIfAbsent(sql, JobSql::parse);
  }

  private static JobSql parse(String sql) {
    String text = sql.strip().replaceAll("\\s+", " ");
    Parser parser = new Parser();
    Matcher claim = CLAIM.matcher(text);
    if (claim.matches()) {
      Expression where = parser.expression(claim.group(1)); // its parameters come first
      boolean skips = claim.group(2) != null;
      return new JobSql(Kind.CLAIM, where, parser.assignments(claim.group(3)), skips);
    }
    Matcher in = UPDATE_IN.matcher(text);
    if (in.matches()) {
      List<Assignment> set = parser.assignments(in.group(1));
      return new JobSql(Kind.UPDATE, parser.expression(in.group(2)), set, true);
    }
    Matcher update = UPDATE.matcher(text);
    if (update.matches()) {
      List<Assignment> set = parser.assignments(update.group(1));
      return new JobSql(Kind.UPDATE, parser.expression(update.group(2)), set, false);
    }
    Matcher exists = EXISTS.matcher(text);
    if (exists.matches()) {
      return new JobSql(Kind.EXISTS, parser.expression(exists.group(1)), List.of(), false);
    }
    Matcher select = SELECT.matcher(text);
    if (select.matches()) {
      return new JobSql(Kind.SELECT, parser.expression(select.group(1)), List.of(), false);
    }
    throw new IllegalArgumentException("the simulated server does not understand: " + text);
  }

  boolean matches(Map<String, Object> row, List<Object> parameters, long now) {
    return Boolean.TRUE.equals(where.of(row, parameters, now));
  }

  /** A recursive descent over the tokens of an expression. */
  private static final class Parser {

    private static final Pattern TOKEN =
        Pattern.compile("'[^']*'|[0-9]+|[A-Za-z_][A-Za-z_0-9.]*|<>|<=|>=|[-+*=<>(),?]");

    private List<String> tokens = List.of();
    private int at;
    private int parameters;

    Expression expression(String text) {
      start(text);
      Expression whole = or();
      if (at < tokens.size()) {
        throw new IllegalArgumentException(tokens.get(at) + " in " + text);
      }
      return whole;
    }

    List<Assignment> assignments(String text) {
      start(text);
      List<Assignment> all = new ArrayList<>();
      do {
        String column = tokens.get(at++);
        expect("=");
        all.add(new Assignment(column, or()));
      } while (takes(","));
      if (at < tokens.size()) {
        throw new IllegalArgumentException(tokens.get(at) + " in " + text);
      }
      return all;
    }

    private void start(String text) {
      List<String> found = new ArrayList<>();
      Matcher matcher = TOKEN.matcher(text);
      while (matcher.find()) {
        found.add(matcher.group());
      }
      tokens = found;
      at = 0;
    }

    private Expression or() {
      Expression left = and();
      while (takes("OR")) {
        Expression first = left;
        Expression second = and();
        left =
            (row, values, now) ->
                Boolean.TRUE.equals(first.of(row, values, now))
                    || Boolean.TRUE.equals(second.of(row, values, now));
      }
      return left;
    }

    private Expression and() {
      Expression left = comparison();
      while (takes("AND")) {
        Expression first = left;
        Expression second = comparison();
        left =
            (row, values, now) ->
                Boolean.TRUE.equals(first.of(row, values, now))
                    && Boolean.TRUE.equals(second.of(row, values, now));
      }
      return left;
    }

    private Expression comparison() {
      Expression left = sum();
      if (takes("IN")) {
        expect("(");
        List<Expression> list = new ArrayList<>();
        do {
          list.add(sum());
        } while (takes(","));
        expect(")");
        return (row, values, now) -> {
          Object value = left.of(row, values, now);
          return list.stream().anyMatch(each -> each.of(row, values, now).equals(value));
        };
      }
      for (String operator : List.of("=", "<>", "<=", ">=", "<", ">")) {
        if (takes(operator)) {
          return compared(left, operator, sum());
        }
      }
      return left;
    }

    private static Expression compared(Expression left, String operator, Expression right) {
      return (row, values, now) -> {
        Object a = left.of(row, values, now);
        Object b = right.of(row, values, now);
        if (a == null || b == null) {
          return null;
        }
        int order =
            a instanceof Long n ? n.compareTo((Long) b) : a.toString().compareTo((String) b);
        return switch (operator) {
          case "=" -> order == 0;
          case "<>" -> order != 0;
          case "<=" -> order <= 0;
          case ">=" -> order >= 0;
          case "<" -> order < 0;
          default -> order > 0;
        };
      };
    }

    private Expression sum() {
      Expression left = product();
      while (at < tokens.size() && (peeks("+") || peeks("-"))) {
        boolean minus = tokens.get(at++).equals("-");
        Expression first = left;
        Expression second = product();
        left =
            (row, values, now) ->
                (Long) first.of(row, values, now)
                    + (minus ? -1 : 1) * (Long) second.of(row, values, now);
      }
      return left;
    }

    private Expression product() {
      Expression left = primary();
      while (takes("*")) {
        Expression first = left;
        Expression second = primary();
        left =
            (row, values, now) ->
                (Long) first.of(row, values, now) * (Long) second.of(row, values, now);
      }
      return left;
    }

    private Expression primary() {
      String token = tokens.get(at++);
      if (token.equals("?")) {
        int index = parameters++;
        return (row, values, now) -> values.get(index);
      } else if (token.equals("(")) {
        Expression inner = or();
        expect(")");
        return inner;
      } else if (token.equals("-")) {
        Expression inner = primary();
        return (row, values, now) -> -(Long) inner.of(row, values, now);
      } else if (token.startsWith("'")) {
        String text = token.substring(1, token.length() - 1);
        return (row, values, now) -> text;
      } else if (Character.isDigit(token.charAt(0))) {
        Long number = Long.valueOf(token);
        return (row, values, now) -> number;
      }
      return word(token);
    }

    private Expression word(String token) {
      switch (token.toLowerCase(Locale.ROOT)) {
        case "true":
          return (row, values, now) -> true;
        case "null":
          return (row, values, now) -> null;
        case "interval":
          at++; // '1 millisecond', the only one
          return (row, values, now) -> World.MILLIS;
        case "case":
          return cases();
        default:
          if (!takes("(")) {
            return (row, values, now) -> row.get(token);
          }
          List<Expression> arguments = new ArrayList<>();
          while (!takes(")")) {
            arguments.add(or());
            boolean unused = takes(",");
          }
          return function(token, arguments);
      }
    }

    private Expression cases() {
      Expression subject = sum();
      expect("WHEN");
      Expression when = sum();
      expect("THEN");
      Expression then = sum();
      expect("ELSE");
      Expression otherwise = sum();
      expect("END");
      return (row, values, now) ->
          when.of(row, values, now).equals(subject.of(row, values, now))
              ? then.of(row, values, now)
              : otherwise.of(row, values, now);
    }

    private static Expression function(String name, List<Expression> arguments) {
      return switch (name) {
        case "clock_timestamp" -> (row, values, now) -> now;
        case "greatest" ->
            (row, values, now) ->
                Math.max(
                    (Long) arguments.get(0).of(row, values, now),
                    (Long) arguments.get(1).of(row, values, now));
        case "format" -> (row, values, now) -> "abandoned";
        default -> throw new IllegalArgumentException("function " + name);
      };
    }

    private boolean peeks(String token) {
      return at < tokens.size() && tokens.get(at).equals(token);
    }

    private boolean takes(String token) {
      boolean taken = peeks(token);
      at += taken ? 1 : 0;
      return taken;
    }

    private void expect(String token) {
      if (!takes(token)) {
        throw new IllegalArgumentException(
            token + " expected, got " + tokens.subList(at, tokens.size()));
      }
    }
  }
}
