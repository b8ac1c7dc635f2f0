package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a user may do with the internal schema of a database.
 *
 * @param exists whether there is a schema of that name
 * @param isUsable whether the schema exists, and the user may read and write its tables
 * @param mayBeCreated whether tables are missing that the user may create
 * @param mayCreateTables whether the user may create stages in the schema
 * @param missing which privilege is missing and the statement that grants it; empty if none is
 * @param missingForTables the same for creating stages
 */
public record SchemaRights(
    boolean exists,
    boolean isUsable,
    boolean mayBeCreated,
    boolean mayCreateTables,
    String missing,
    String missingForTables) {

  /** Unlike the tables, the catalogues are readable by every user. */
  private static final String LOOK =
      """
      SELECT n.oid IS NOT NULL,
             coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
             coalesce(has_schema_privilege(n.oid, 'CREATE'), false),
             has_database_privilege(current_database(), 'CREATE'),
             EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                     WHERE c.relnamespace = n.oid AND c.relname = 'version' AND c.relkind = 'r'
                       AND a.attname = 'diagonal_schema_version'),
             EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid),
             (SELECT count(*) = 3 FROM pg_class c
              WHERE c.relnamespace = n.oid AND c.relkind = 'r'
                AND c.relname IN ('version', 'runs', 'ledger')
                AND has_table_privilege(c.oid, 'SELECT')
                AND (c.relname = 'version'
                     OR has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')
                        AND has_table_privilege(c.oid, 'DELETE'))),
             quote_ident(?), quote_ident(current_database()), quote_ident(current_user)
      FROM (SELECT) AS one LEFT JOIN pg_namespace n ON n.nspname = ?
      """;

  static SchemaRights find(Connection connection, InternalSchema schema) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
      statement.setString(1, schema.name());
      statement.setString(2, schema.name());
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        String name = found.getString(8);
        String user = found.getString(10);
        if (!found.getBoolean(1)) {
          return missingSchema(found.getBoolean(4), name, found.getString(9), user);
        }
        boolean mayCreate = found.getBoolean(3);
        boolean ours = found.getBoolean(5);
        if (!ours && found.getBoolean(6)) {
          throw InternalSchemaException.unsuitable(
              "schema %s holds tables that are not Diagonal's, which needs its own schema: name another one with --internalSchema"
                  .formatted(name));
        }
        String grantCreate =
            mayCreate
                ? ""
                : "user %2$s may not create tables in schema %1$s (GRANT USAGE, CREATE ON SCHEMA %1$s TO %2$s)"
                    .formatted(name, user);
        if (!ours) {
          return new SchemaRights(true, false, mayCreate, mayCreate, grantCreate, grantCreate);
        }
        boolean usable = found.getBoolean(2) && found.getBoolean(7);
        String grant =
            usable
                ? ""
                : "user %2$s may not use Diagonal's schema %1$s (GRANT USAGE ON SCHEMA %1$s TO %2$s; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %1$s TO %2$s)"
                    .formatted(name, user);
        return new SchemaRights(true, usable, false, mayCreate, grant, grantCreate);
      }
    }
  }

  private static SchemaRights missingSchema(
      boolean mayCreate, String name, String database, String user) {
    String grant =
        mayCreate
            ? ""
            : "user %3$s may not create schema %1$s (GRANT CREATE ON DATABASE %2$s TO %3$s, or CREATE SCHEMA %1$s AUTHORIZATION %3$s)"
                .formatted(name, database, user);
    return new SchemaRights(false, false, mayCreate, mayCreate, grant, grant);
  }

  /**
   * Checks that the tables of the schema can be used.
   *
   * @throws InternalSchemaException if they cannot; the message includes the GRANT
   */
  public void requireUsable() throws InternalSchemaException {
    if (!isUsable) {
      throw InternalSchemaException.missingRight(missing);
    }
  }

  /**
   * Checks that the user may create stages.
   *
   * @throws InternalSchemaException if not; the message includes the GRANT
   */
  public void requireTables() throws InternalSchemaException {
    requireUsable();
    if (!mayCreateTables) {
      throw InternalSchemaException.missingRight(missingForTables);
    }
  }
}
