package dev.diagonal.internal.statement;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;
import java.util.List;

/** A property that identifies the nodes of a label. */
public record UniqueKey(String label, String property) {

  /**
   * Creates the constraint that makes the key unique, unless it exists.
   *
   * @throws GraphMismatchException if an index or duplicate nodes prevent it
   * @throws SQLException if the database refuses it or cannot be reached
   */
  public void create(JdbcTarget database, Neo4jConnection connection) throws SQLException {
    try {
      connection.run(constraint());
    } catch (SQLException fault) {
      if (Neo4jFaults.isIndexInTheWay(fault)) {
        throw GraphMismatchException.ofIndex(
            database, this, connection.query(findIndexes()), fault);
      }
      if (Neo4jFaults.isConstraintViolated(fault)) {
        throw GraphMismatchException.ofDuplicates(
            database,
            this,
            connection.query(findDuplicates(GraphMismatchException.SHOWN_DUPLICATES)),
            fault);
      }
      throw fault;
    }
  }

  /**
   * Checks that {@link #create} would succeed, and changes nothing.
   *
   * @return whether the constraint exists or would be created
   * @throws GraphMismatchException if an index or duplicate nodes prevent it
   * @throws SQLException if the database cannot be reached
   */
  public String check(JdbcTarget database, Neo4jConnection connection) throws SQLException {
    if (!connection.query(findConstraint()).isEmpty()) {
      return "the unique constraint on %s exists".formatted(this);
    }
    List<List<Object>> indexes = connection.query(findIndexes());
    if (!indexes.isEmpty()) {
      throw GraphMismatchException.ofIndex(database, this, indexes, null);
    }
    List<List<Object>> duplicates =
        connection.query(findDuplicates(GraphMismatchException.SHOWN_DUPLICATES));
    if (!duplicates.isEmpty()) {
      throw GraphMismatchException.ofDuplicates(database, this, duplicates, null);
    }
    return "the unique constraint on %s would be created".formatted(this);
  }

  /**
   * Returns the constraint without a name: with a name, {@code IF NOT EXISTS} would accept any
   * constraint of that name.
   */
  public String constraint() {
    return "CREATE CONSTRAINT IF NOT EXISTS FOR (n:%s) REQUIRE n.%s IS UNIQUE"
        .formatted(label, property);
  }

  private String findConstraint() {
    return "SHOW CONSTRAINTS YIELD type, labelsOrTypes, properties"
        + " WHERE type IN ['UNIQUENESS', 'NODE_PROPERTY_UNIQUENESS']"
        + " AND labelsOrTypes = ['%s'] AND properties = ['%s'] RETURN type"
            .formatted(label, property);
  }

  private String findIndexes() {
    return "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint"
        + " WHERE type = 'RANGE' AND owningConstraint IS NULL"
        + " AND labelsOrTypes = ['%s'] AND properties = ['%s'] RETURN name"
            .formatted(label, property);
  }

  private String findDuplicates(int limit) {
    return "MATCH (n:%1$s) WHERE n.%2$s IS NOT NULL WITH n.%2$s AS key, count(*) AS nodes"
            .formatted(label, property)
        + " WHERE nodes > 1 RETURN key, nodes ORDER BY key LIMIT "
        + limit;
  }

  @Override
  public String toString() {
    return ":" + label + "(" + property + ")";
  }
}
