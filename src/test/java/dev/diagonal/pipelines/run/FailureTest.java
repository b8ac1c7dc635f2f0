package dev.diagonal.pipelines.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.flink.LostJobException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.util.UserCodeException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.client.DuplicateJobSubmissionException;
import org.apache.flink.runtime.client.JobSubmissionException;
import org.apache.flink.runtime.rest.util.RestClientException;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpResponseStatus;
import org.apache.http.ConnectionClosedException;
import org.apache.http.HttpHost;
import org.apache.http.conn.ConnectTimeoutException;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FailureTest {

  @Test
  void findsBadRecordInRunnerException() {
    String line = new DeadLetter("a.csv", 12, "no digits", "x").describe();
    Failure failure = Failure.of(wrapped(new BadInputException(line)));
    assertThat(failure.message()).isEqualTo("a.csv, byte 12: no digits; the line is: x");
    assertThat(failure.hint()).startsWith("--badRecords=<file.jsonl> ");
    assertThat(failure.expected()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "table t of jdbc:x refuses the row of key 7: ERROR: no",
        "a row does not fit table t of jdbc:x: no number"
      })
  void rowsRefusedByTargetHaveBadRecordsHint(String message) {
    assertThat(Failure.of(wrapped(new BadInputException(message))).hint())
        .startsWith("--badRecords=<file.jsonl> ");
  }

  @Test
  void omitsBadRecordsHintIfAlreadyGiven() {
    String line = new DeadLetter("a.csv", 12, "no digits", "x").describe();
    assertThat(
            Failure.of(new BadInputException("more than 3 bad records; the last of them: " + line))
                .hint())
        .isNull();
  }

  @Test
  void aTargetOfAnotherShapeIsExpected() {
    Failure failure =
        Failure.of(new TargetMismatchException("table t", List.of("column a: found none")));
    assertThat(failure)
        .isEqualTo(
            new Failure(
                "table t does not have the expected layout: column a: found none",
                "use another table or index, or rename the existing one",
                true));
  }

  @Test
  void explainsOutOfMemoryWithTheHeapSize() {
    Failure failure = Failure.of(wrapped(new OutOfMemoryError("Java heap space")));
    assertThat(failure.message()).isEqualTo("memory ran out: Java heap space");
    assertThat(failure.hint()).contains("heap of at most", "-Xmx");
    assertThat(failure.expected()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"08001", "08000"})
  void unreachableDatabaseHasHint(String state) {
    assertThat(Failure.of(wrapped(new SQLException("Connection refused", state))))
        .isEqualTo(
            new Failure(
                "the database says: Connection refused",
                "is the database running, and is its JDBC URL right?",
                true));
  }

  /** A server that does not use TLS answers a handshake with a text. */
  @Test
  void hintsAtHttpIfServerLacksTls() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RestClient client =
            RestClient.builder(new HttpHost("localhost", server.getLocalPort(), "https")).build()) {
      CompletableFuture<Void> answer =
          CompletableFuture.runAsync(
              () -> {
                try (Socket from = server.accept()) {
                  int unused = from.getInputStream().read();
                  from.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      IOException thrown =
          assertThrows(IOException.class, () -> client.performRequest(new Request("GET", "/")));
      answer.join();

      SSLException fault = (SSLException) Objects.requireNonNull(thrown.getCause());
      assertThat(ElasticsearchFaults.isRetryable(fault)).isFalse();
      assertThat(Failure.of(wrapped(fault)).hint())
          .isEqualTo("the server does not use TLS: give its URL with http://");
    }
    assertThat(Failure.of(wrapped(new ConnectionClosedException())).hint())
        .isEqualTo(
            "is an Elasticsearch server running at this address? If it uses TLS, give its URL with https://");
    SSLException other = new SSLException("Connection reset");
    assertThat(ElasticsearchFaults.isRetryable(other)).isTrue();
    assertThat(Failure.of(wrapped(other)).hint()).isNull();
  }

  @Test
  void namesAServerThatNeverAnswers() {
    assertThat(Failure.of(wrapped(new SocketTimeoutException("timeout"))).hint())
        .startsWith("no answer came in time: is it Elasticsearch that listens at this address");
    assertThat(Failure.of(wrapped(new ConnectTimeoutException("timeout"))).hint())
        .startsWith("no answer came in time: ");
  }

  @Test
  void hintsAtTheFormatOfAnyUrl() throws Exception {
    SQLException fault =
        assertThrows(
            SQLException.class,
            () -> Connector.of(JdbcTarget.at("jdbc:postgresql://h:port/d")).connect());
    assertThat(Failure.of(wrapped(fault)).hint())
        .isEqualTo("the URL of a database must look like jdbc:postgresql://host:5432/database");
  }

  @Test
  void saysWhyAFileNameIsRefused() {
    InvalidPathException unmappable =
        new InvalidPathException(
            "é.csv", "Malformed input or input contains unmappable characters");
    assertThat(Failure.of(unmappable).message())
        .startsWith("'é.csv' is not a valid path: it cannot be written in the character set")
        .endsWith("set LC_ALL=C.UTF-8");
  }

  @Test
  void hintsAtAPoolerThatDoesNotAnswer() {
    assertThat(
            Failure.of(wrapped(new SQLException("Connection attempt timed out.", "08001"))).hint())
        .contains("A pooler does not answer while all its connections are in use");
  }

  @Test
  void reportsDatabaseErrorVerbatim() {
    assertThat(Failure.of(wrapped(new SQLException("no such table", "42P01"))))
        .isEqualTo(new Failure("the database says: no such table", null, true));
  }

  @Test
  void hintsAtTheGrantForAMissingRight() {
    Failure failure = Failure.of(wrapped(new SQLException("permission denied", "42501")));
    assertThat(failure.message()).isEqualTo("the database says: permission denied");
    assertThat(failure.hint()).contains("GRANT");
  }

  /** MariaDB's driver has the state of connections that cannot be made for lost ones, too. */
  @Test
  void lostConnectionIsNoQuestionOfItsUrl() {
    SQLException refused = new SQLException("Could not connect to address=(host=db)", "08000");
    assertThat(Failure.of(wrapped(refused)).hint()).contains("is its JDBC URL right?");
    SQLException lost = new SQLException("(conn=3) Socket error", "08000");
    assertThat(Failure.of(wrapped(lost)).hint()).isNull();
  }

  @Test
  void hintNamesTheDeniedTable() {
    assertThat(
            Failure.of(
                    wrapped(new SQLException("ERROR: permission denied for table orders", "42501")))
                .hint())
        .isEqualTo("the owner can allow reading it with GRANT SELECT ON orders TO the user");
    assertThat(
            Failure.of(
                    wrapped(new SQLException("ERROR: permission denied for schema app", "42501")))
                .hint())
        .isEqualTo("the owner can allow it with GRANT USAGE ON SCHEMA app TO the user");
    String denied =
        "(conn=7) SELECT command denied to user 'poor'@'localhost' for table `shop`.`orders`";
    assertThat(Failure.of(wrapped(new SQLException(denied, "42000", 1142))).hint())
        .isEqualTo(
            "an administrator can allow it with GRANT SELECT ON `shop`.`orders` TO 'poor'@'localhost'");
  }

  @Test
  void hintsAtPasswordOptionAfterFailedLogin() {
    Failure failure = Failure.of(wrapped(new SQLException("authentication failed", "28P01")));
    assertThat(failure.hint()).contains("--jdbcPasswordFile", "DIAGONAL_JDBC_PASSWORD");
  }

  @Test
  void unreachableServerKeepsMessageOfCaller() {
    Failure failure =
        Failure.of(
            new IOException(
                "cannot create index http://h:1/i", new ConnectException("Connection refused")));
    assertThat(failure.message()).isEqualTo("cannot create index http://h:1/i");
    assertThat(failure.hint()).isEqualTo("is the server running at this address?");
    assertThat(failure.expected()).isTrue();
  }

  @Test
  void unwritableFileNeedsNoStackTrace() {
    assertThat(
            Failure.of(
                wrapped(new IOException("cannot write o.csv", new AccessDeniedException("o.csv")))))
        .isEqualTo(new Failure("cannot write o.csv", null, true));
  }

  @Test
  void aFileSystemsWordIsFilledUp() {
    assertThat(Failure.of(new AccessDeniedException("o.csv")))
        .isEqualTo(new Failure("AccessDeniedException: o.csv", null, true));
  }

  /** As {@code RestClusterClient} has it when it has sent a job again. */
  @Test
  void reportsJobsOnClusterAsRunning() {
    JobID id = new JobID(1, 2);
    Throwable sentAgain =
        new JobSubmissionException(
            id,
            "Failed to submit job.",
            new CompletionException(
                new RestClientException(
                    "[" + DuplicateJobSubmissionException.of(id) + "]",
                    HttpResponseStatus.INTERNAL_SERVER_ERROR)));
    Failure failure = Failure.of(wrapped(sentAgain));
    assertThat(failure.message())
        .isEqualTo("the cluster has the job, but its answer to the submission was lost");
    assertThat(failure.hint()).startsWith("the job runs there; when it has ended, ");
    assertThat(failure.expected()).isTrue();
    assertThat(Failure.of(new LostJobException("lost sight of it", sentAgain)).message())
        .isEqualTo("lost sight of it");
  }

  @Test
  void otherFailuresAreUnexpectedAndNameRootCause() {
    assertThat(Failure.of(wrapped(new IllegalStateException("odd"))))
        .isEqualTo(new Failure("IllegalStateException: odd", null, false));
    assertThat(Failure.of(new NullPointerException()).message()).isEqualTo("NullPointerException");
  }

  @Test
  void causesThatGoInACircleEnd() {
    Exception outer = new Exception("outer");
    Exception inner = new Exception("inner", outer);
    outer.initCause(inner);
    assertThat(Failure.of(outer).message()).isEqualTo("Exception: inner");
  }

  @Test
  void anotherStateThanDoneIsMostOftenMemory() {
    Failure failure = Failure.ofState("RUNNING");
    assertThat(failure.message()).isEqualTo("the runner ended in state RUNNING and gave no reason");
    assertThat(failure.hint()).contains("too little memory", "-Xmx");
    assertThat(failure.expected()).isTrue();
  }

  private static Throwable wrapped(Throwable thrown) {
    return new PipelineExecutionException(UserCodeException.wrap(thrown));
  }
}
