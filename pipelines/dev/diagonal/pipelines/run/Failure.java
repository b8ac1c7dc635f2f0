package dev.diagonal.pipelines.run;

import dev.diagonal.elasticsearch.bulk.NotIndexedException;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jdbc.schema.InternalSchemaException;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.internal.jdbc.sql.MissingRight;
import dev.diagonal.internal.jdbc.sql.UnreachableWarning;
import dev.diagonal.internal.jobs.BatchesFailedException;
import dev.diagonal.internal.schedule.BatchFailedException;
import dev.diagonal.internal.statement.GraphMismatchException;
import dev.diagonal.internal.statement.StatementRefusedException;
import dev.diagonal.internal.transfer.receipt.MismatchException;
import dev.diagonal.jobs.Publication;
import dev.diagonal.pipelines.flink.LostJobException;
import dev.diagonal.pipelines.servers.EmbeddedServersException;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.http.ConnectionClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Explains a failure to the user.
 *
 * @param message what went wrong, and where
 * @param hint what may help, or null
 * @param expected whether input, options or servers are at fault; otherwise the stack trace is
 *     printed
 */
public record Failure(String message, @Nullable String hint, boolean expected) {

  public Failure {
    message = Printable.lines(JdbcUrl.shownIn(message));
  }

  /** Flink's error for a job whose submission was repeated because its reply was lost. */
  private static final String SUBMITTED_TWICE = "DuplicateJobSubmissionException";

  private static final String SET_ASIDE =
      "--badRecords=<file.jsonl> writes such records there and continues";

  private static final String NOT_UTF8 = "' is not UTF-8";
  private static final String OTHER_ENCODING =
      "; if the whole file has another encoding, name it with --encoding, such as"
          + " --encoding=windows-1252, or convert the file where a command does not have the option";

  private static final String ROUTING_MISSING = "routing_missing_exception";
  private static final String GIVE_ROUTING =
      "transfer --routing=<column> gives each document the routing that the index requires";

  /** A wrong or missing password, or a user who may not log in. */
  private static final Set<String> LOGIN_STATES = Set.of("28P01", "28000", "08004");

  /**
   * A prepared statement exists already, or does not exist: the pooler has switched the connection.
   */
  private static final Set<String> PREPARED_STATEMENT_STATES = Set.of("42P05", "26000");

  /** Recognizes messages about one bad record. */
  private static final Pattern ONE_RECORD =
      Pattern.compile("; the (line|row) is: | refuses the row of key |^a row does not fit table ");

  /** Explains an exception by the first of its causes that is meaningful to a user. */
  public static Failure of(Throwable thrown) {
    List<Throwable> causes = causes(thrown);
    for (Throwable cause : causes) {
      Failure failure = explain(cause, messageOf(cause));
      if (failure != null) {
        String right = failure.hint() == null ? missingRight(causes) : null;
        return right == null ? failure : new Failure(failure.message(), right, true);
      }
    }
    for (Throwable cause : causes) {
      if (cause instanceof IOException) {
        return new Failure(described(cause), hintFor(causes), true);
      }
    }
    return new Failure(described(causes.get(causes.size() - 1)), null, false);
  }

  private static @Nullable String missingRight(List<Throwable> causes) {
    for (Throwable cause : causes) {
      String hint = cause instanceof SQLException sql ? MissingRight.hint(sql) : null;
      if (hint != null) {
        return hint;
      }
    }
    return null;
  }

  /** Explains a runner that ended in a state other than DONE without an exception. */
  static Failure ofState(@Nullable Object state) {
    return new Failure(
        "the runner ended in state " + state + " and gave no reason",
        String.format(
            Locale.ROOT,
            "the most frequent cause is too little memory: this JVM has a heap of at most %,d MiB (java -Xmx…)",
            Runtime.getRuntime().maxMemory() >> 20),
        true);
  }

  private static @Nullable Failure explain(Throwable cause, String message) {
    if (cause instanceof MismatchException) {
      return new Failure(message, null, true);
    }
    if (cause instanceof JobFailedException failed) {
      return failed.failure();
    }
    if (cause instanceof LostJobException) {
      return new Failure(
          message,
          "is the cluster running at this address? If the job is running, wait until it has ended; the same command"
              + " again changes nothing if rows have keys",
          true);
    }
    if (message.contains(SUBMITTED_TWICE)) {
      return new Failure(
          "the cluster has the job, but its answer to the submission was lost",
          "the job runs there; when it has ended, the same command again changes nothing if rows"
              + " have keys",
          true);
    }
    if (cause instanceof NotIndexedException) {
      boolean refused = cause.getCause() instanceof BadInputException;
      String hint =
          message.contains(ROUTING_MISSING)
              ? GIVE_ROUTING
              : refused ? SET_ASIDE : hintFor(causes(cause));
      return new Failure(message, hint, true);
    }
    if (cause instanceof BadInputException) {
      boolean oneLine = ONE_RECORD.matcher(message).find() && !message.startsWith("more than");
      String hint = message.contains(NOT_UTF8) ? SET_ASIDE + OTHER_ENCODING : SET_ASIDE;
      return new Failure(message, oneLine ? hint : null, true);
    }
    if (cause instanceof TargetMismatchException) {
      return new Failure(message, "use another table or index, or rename the existing one", true);
    }
    if (cause instanceof BatchesFailedException
        || cause instanceof Publication.IncompleteException) {
      return new Failure(
          message, "once the causes are fixed, the same command processes the rest", true);
    }
    if (cause instanceof BatchFailedException
        || cause instanceof GraphMismatchException
        || cause instanceof StatementRefusedException) {
      return new Failure(message, null, true);
    }
    if (isRefusal(cause)) {
      return new Failure(message, null, true);
    }
    if (cause instanceof UsageException || cause instanceof EmbeddedServersException) {
      return new Failure(message, null, true);
    }
    if (cause instanceof OutOfMemoryError) {
      return new Failure(
          "memory ran out: " + message,
          String.format(
              Locale.ROOT,
              "this JVM has a heap of at most %,d MiB (java -Xmx…)",
              Runtime.getRuntime().maxMemory() >> 20),
          true);
    }
    if (cause instanceof InternalSchemaException) {
      return new Failure(message, null, true);
    }
    if (cause instanceof SQLException sql) {
      return new Failure("the database says: " + message, hintFor(sql), true);
    }
    return null;
  }

  private static @Nullable String hintFor(SQLException fault) {
    String state = String.valueOf(fault.getSQLState());
    if (PREPARED_STATEMENT_STATES.contains(state)) {
      return "a pooler in transaction mode, such as PgBouncer, gives each transaction another"
          + " connection: add prepareThreshold=0 to the parameters of the JDBC URL";
    }
    if (LOGIN_STATES.contains(state)) {
      return "give the user with --jdbcUser and the password with --jdbcPasswordFile=FILE or in"
          + " DIAGONAL_JDBC_PASSWORD (in a plan: user and passwordFile of the connection)";
    }
    if (String.valueOf(fault.getMessage()).contains("Unable to parse URL")) {
      return "the URL of a database must look like jdbc:postgresql://host:5432/database";
    }
    if (!UnreachableWarning.isCannotConnect(fault)) {
      return null;
    }
    String question = "is the database running, and is its JDBC URL right?";
    return String.valueOf(fault.getMessage()).contains("timed out")
        ? question
            + " A pooler does not answer while all its connections are in use: allow more of them, or"
            + " read with fewer readers and --snapshot=each"
        : question;
  }

  /**
   * Returns whether a value of the user was refused: by one of our checks, or by the JDK as a file
   * name or a character set. Any other illegal argument is a bug.
   */
  public static boolean isRefusal(Throwable thrown) {
    if (thrown instanceof InvalidPathException
        || thrown instanceof UnsupportedCharsetException
        || thrown instanceof IllegalCharsetNameException) {
      return true;
    }
    return thrown.getClass() == IllegalArgumentException.class
        && Arrays.stream(thrown.getStackTrace())
            .map(StackTraceElement::getClassName)
            .filter(name -> !name.endsWith(".Preconditions"))
            .findFirst()
            .filter(name -> name.startsWith("dev.diagonal."))
            .isPresent();
  }

  private static @Nullable String hintFor(List<Throwable> causes) {
    if (causes.stream().anyMatch(ElasticsearchFaults::isWithoutTls)) {
      return "the server does not use TLS: give its URL with http://";
    }
    if (causes.stream().anyMatch(ConnectionClosedException.class::isInstance)) {
      return "is an Elasticsearch server running at this address? If it uses TLS, give its URL with"
          + " https://";
    }
    if (causes.stream().anyMatch(InterruptedIOException.class::isInstance)) {
      return "no answer came in time: is it Elasticsearch that listens at this address, and does no"
          + " firewall keep it from answering?";
    }
    return isUnreachable(causes) ? "is the server running at this address?" : null;
  }

  /** Returns whether the causes show that no connection was made at all. */
  static boolean isUnreachable(List<Throwable> causes) {
    return causes.stream()
        .anyMatch(c -> c instanceof ConnectException || c instanceof UnknownHostException);
  }

  /** Returns the message if it is a sentence of ours; a message of the JDK may only be a name. */
  private static String described(Throwable thrown) {
    String message = thrown.getMessage();
    String name = thrown.getClass().getSimpleName();
    if (message == null) {
      return name;
    }
    return thrown.getClass() == IOException.class ? message.strip() : name + ": " + message.strip();
  }

  /** Returns the causes from the outermost to the innermost, each once. */
  static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable next = thrown; next != null && !causes.contains(next); next = next.getCause()) {
      causes.add(next);
    }
    return causes;
  }

  private static String messageOf(Throwable thrown) {
    return Reason.of(thrown).strip();
  }
}
