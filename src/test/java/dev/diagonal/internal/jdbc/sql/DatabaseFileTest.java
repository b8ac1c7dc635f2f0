package dev.diagonal.internal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatabaseFileTest {

  @Test
  void knowsFilesThatDoNotExist(@TempDir Path directory) throws IOException {
    Path missing = directory.resolve("missing.db");
    Path found = Files.createFile(directory.resolve("my data.db"));
    for (String before : List.of("jdbc:sqlite:", "jdbc:sqlite:file:", "jdbc:duckdb:")) {
      assertThat(DatabaseFile.isMissing(before + missing)).as(before).isTrue();
      assertThat(DatabaseFile.isMissing(before + missing + "?cache=shared")).as(before).isTrue();
      assertThat(DatabaseFile.isMissing(before + found)).as(before).isFalse();
    }
    assertThat(DatabaseFile.isMissing("jdbc:sqlite:file://" + missing)).isTrue();
    assertThat(DatabaseFile.isMissing("jdbc:sqlite:" + directory.resolve("50%.db"))).isTrue();
  }

  @Test
  void neverMissesOtherDatabasesAndEncodedNames() {
    for (String url :
        List.of(
            "jdbc:sqlite::memory:",
            "jdbc:sqlite:",
            "jdbc:sqlite:?foreign_keys=on",
            "jdbc:sqlite:file::memory:?cache=shared",
            "jdbc:sqlite:file:x?mode=memory&cache=shared",
            "jdbc:sqlite:file:my%20db.sqlite",
            "jdbc:sqlite:resource:x.db",
            "jdbc:duckdb:",
            "jdbc:duckdb:md:x",
            "jdbc:postgresql://host/missing")) {
      assertThat(DatabaseFile.isMissing(url)).as(url).isFalse();
    }
  }
}
