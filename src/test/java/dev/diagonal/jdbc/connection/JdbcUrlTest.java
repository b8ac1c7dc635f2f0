package dev.diagonal.jdbc.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.fault.Secret;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JdbcUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://db:5432/ratings?user=bob&password=hunter2&ssl=true|jdbc:postgresql://db:5432/ratings?ssl=true",
        "jdbc:postgresql://db:5432/ratings?password=hunter2&user=bob|jdbc:postgresql://db:5432/ratings",
        "jdbc:postgresql://db/ratings?user=bob&password=hunter%32|jdbc:postgresql://db/ratings",
        "jdbc:postgresql://bob:hunter2@db:5432/ratings|jdbc:postgresql://db:5432/ratings",
        "jdbc:mysql://bob:hunter2@db:3306/ratings?useSSL=true|jdbc:mysql://db:3306/ratings?useSSL=true",
        "jdbc:mysql://db/ratings?user=bob&password=hunter2|jdbc:mysql://db/ratings",
        "jdbc:oracle:thin:bob/hunter2@//db:1521/service|jdbc:oracle:thin:@//db:1521/service",
        "jdbc:oracle:thin:bob/hunter2@db:1521:sid|jdbc:oracle:thin:@db:1521:sid",
        "jdbc:db2://db:50000/sample:user=bob;password=hunter2;|jdbc:db2://db:50000/sample",
        "jdbc:db2://db:50000/sample:user=bob;password=hunter2;sslConnection=true;|jdbc:db2://db:50000/sample:sslConnection=true;",
        "jdbc:teradata://db/DATABASE=x,USER=bob,PASSWORD=hunter2|jdbc:teradata://db/DATABASE=x",
        "jdbc:sqlserver://db:1433;databaseName=x;user=bob;password=hunter2|jdbc:sqlserver://db:1433;databaseName=x",
        "jdbc:h2:mem:x;USER=bob;PASSWORD=hunter2|jdbc:h2:mem:x",
        "jdbc:neo4j://db:7687/neo4j?user=bob&password=hunter2|jdbc:neo4j://db:7687/neo4j",
        "jdbc:informix-sqli://db:9088/x:INFORMIXSERVER=s;user=bob;password=hunter2|jdbc:informix-sqli://db:9088/x:INFORMIXSERVER=s",
      })
  void takesUserAndPasswordOut(String url, String left) {
    JdbcTarget target = JdbcTarget.at(url);
    assertThat(target.url()).isEqualTo(left);
    assertThat(target.user()).isEqualTo("bob");
    assertThat(target.password()).isEqualTo(new Secret("hunter2"));
    assertThat(target.toString()).doesNotContain("hunter2").endsWith(" as bob");
    assertThat(JdbcUrl.shown(url)).doesNotContain("hunter2").doesNotContain("bob");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://address=(host=db)(user=bob)(password=hunter2)/ratings",
        "jdbc:mysql://(host=db,user=bob,password=hunter2)/ratings",
        "jdbc:mysql://bob:hunter2@one,you:hunter2@two/ratings",
        "jdbc:mysql://bob:hunter2@[one,two]/ratings",
        "jdbc:mysql://db/ratings?user=bob&password=hunter2%21",
        "jdbc:oracle:thin:bob/\"hunter2@x\"@db:1521:sid",
        "jdbc:oracle:thin:hunter2",
        "jdbc:sqlserver://db;user=bob;password={hunter2;x}",
        "jdbc:teradata://db/USER=bob,PASSWORD='hunter2'",
        "jdbc:postgresql://db/x?password=hunter2&password=hunter2",
        "jdbc:postgresql://db/x?user=bob&password=hunter2%zz",
        "jdbc:postgresql://bob:123?hunter2@db/x",
        "jdbc:postgresql://bob:123/hunter2@db/x",
        "jdbc:postgresql://db/x?sslpassword=hunter2",
        "jdbc:other:hunter2",
        "jdbc:other://db#hunter2",
        "jdbc:other://db/x y hunter2",
        "jdbc:other://db/x?hunter2",
      })
  void showsNothingItDoesNotKnow(String url) {
    assertThat(JdbcUrl.shown(url)).doesNotContain("hunter").startsWith("jdbc:");
    assertThat(JdbcTarget.at(url).withUser("bob").toString()).doesNotContain("hunter");
    String message = JdbcUrl.shownIn("cannot parse " + url + " (invalid)", url);
    assertThat(message).startsWith("cannot parse ").endsWith(" (invalid)").doesNotContain("hunter");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://db:5432,other:5433/ratings?sslmode=require|jdbc:postgresql://db:5432,other:5433/ratings",
        "jdbc:postgresql:ratings|jdbc:postgresql:ratings",
        "jdbc:sqlserver://db\\one:1433;databaseName=x|jdbc:sqlserver://db\\one:1433",
        "jdbc:oracle:thin:@//db:1521/service|jdbc:oracle:thin:@//db:1521/service",
        "jdbc:h2:file:~/data/x;MODE=Oracle|jdbc:h2:file:~/data/x",
        "jdbc:neo4j+s://db:7687|jdbc:neo4j+s://db:7687",
        "jdbc:postgresql://[::1]:5432/x|jdbc:postgresql://[::1]:5432/x",
        "postgresql://bob:hunter2@db/x|postgresql:…",
        "hunter2|…",
      })
  void showsWhatIsHarmless(String url, String shown) {
    assertThat(JdbcUrl.shown(url)).isEqualTo(shown);
    assertThat(JdbcUrl.shown(shown)).isEqualTo(shown);
  }

  @Test
  void hidesWhatADriverRepeats() {
    String url = "jdbc:other://db/x;auth=ldap;clientSecret=hunter2";
    SQLException repeated =
        new SQLException("no login by hunter2", "28000", new IllegalStateException("in " + url));
    SQLException clean = JdbcUrl.withoutSecrets(repeated, url);
    assertThat(clean.getMessage()).isEqualTo("no login by …");
    assertThat(clean.getCause()).isNull();
    assertThat(clean.getSQLState()).isEqualTo("28000");
    SQLException harmless = new SQLException("no route to host", "08001");
    assertThat(JdbcUrl.withoutSecrets(harmless, url) == harmless).isTrue();
  }

  /** H2 is a driver that refuses a password both in the URL and beside it. */
  @Test
  void driverGetsLoginRemovedFromUrl() throws Exception {
    String url = "jdbc:h2:mem:login";
    Properties owner = new Properties();
    owner.setProperty("user", "bob");
    owner.setProperty("password", "hunter2");
    try (var kept = new org.h2.Driver().connect(url, owner);
        var connection =
            new DriverConnector(JdbcTarget.at(url + ";USER=bob;PASSWORD=hunter2")).connect()) {
      assertThat(kept.isValid(1) && connection.isValid(1)).isTrue();
      assertThat(connection.getMetaData().getUserName()).isEqualTo("BOB");
    }
  }

  @Test
  void aSubProtocolAloneIsShown() {
    String message = "url must start with jdbc:postgresql:, got jdbc:mysql://h/d";
    assertThat(JdbcUrl.shownIn(message)).isEqualTo(message);
  }
}
