package dev.diagonal.testing;

/** Gives tests the {@link LocalNeo4j} that all tests of this JVM share. */
public final class Neo4jExtension extends SharedServerExtension<LocalNeo4j> {

  public Neo4jExtension() {
    super(LocalNeo4j.class, LocalNeo4j::start);
  }
}
