package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.required;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.SchemaRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.jspecify.annotations.Nullable;

/** The settings of a database, and the tables that rows of a schema are written to. */
final class Database {

  private static final Set<String> WHOLE = Set.of("smallint", "integer", "bigint");

  /** Types whose values have a text format that is parsed exactly. */
  private static final Set<String> FROM_TEXT =
      Set.of(
          "date",
          "time without time zone",
          "timestamp without time zone",
          "timestamp with time zone",
          "uuid",
          "json",
          "jsonb");

  private Database() {}

  /** Returns the settings of a database, followed by others. */
  static List<Field> and(Field... others) {
    List<Field> fields =
        new ArrayList<>(
            List.of(
                required(
                    "url",
                    "The JDBC URL of the database, such as jdbc:postgresql://host:5432/database."),
                optional("username", FieldType.STRING, "The user; default that of the driver."),
                optional(
                    "password",
                    FieldType.STRING,
                    "The password. A pipeline contains it in clear text; password_file keeps it"
                        + " out of the YAML file."),
                optional(
                    "password_file",
                    FieldType.STRING,
                    "A file whose first line is the password, where the pipeline is built.")));
    fields.addAll(List.of(others));
    return fields;
  }

  static JdbcTarget of(Settings settings) {
    return new JdbcTarget(
        settings.text("url"),
        settings.optionalText("username"),
        settings.secret("password", "password_file"));
  }

  /**
   * Returns the table that rows of a schema are written to, and creates it in PostgreSQL if it is
   * missing. A column of an existing table keeps its type if that type holds each value of the
   * field exactly or refuses it: whole numbers of any size, and dates, times, UUIDs and JSON for
   * texts.
   *
   * @throws dev.diagonal.fault.TargetMismatchException if an existing table does not fit
   */
  static Table table(JdbcTarget database, String name, Schema schema, List<String> key)
      throws SQLException, InterruptedException {
    Table declared = SchemaRows.table(name, withRequired(schema, key), key.toArray(String[]::new));
    if (DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES) {
      return declared; // it must exist
    }
    Table table =
        RetriedTransaction.in(database, "look at table " + name)
            .run(connection -> fitted(declared, FoundTable.find(connection, name)));
    CreateTable.ifMissing(database, table);
    return table;
  }

  /** A row whose key is null is a bad record, so a field of the key may be nullable. */
  private static Schema withRequired(Schema schema, List<String> key) {
    return Schema.of(
        schema.getFields().stream()
            .map(field -> key.contains(field.getName()) ? field.withNullable(false) : field)
            .toArray(Field[]::new));
  }

  private static Table fitted(Table declared, @Nullable FoundTable found) {
    return found == null
        ? declared
        : new Table(
            declared.name(),
            declared.columns().stream()
                .map(column -> fitted(column, found.column(column.name())))
                .toList());
  }

  private static Column fitted(Column column, @Nullable FoundColumn found) {
    if (found == null) {
      return column;
    }
    boolean whole = WHOLE.contains(column.type()) && WHOLE.contains(found.type());
    boolean text = column.type().equals("text") && FROM_TEXT.contains(found.type());
    return whole || text ? new Column(column.name(), found.declaration(), column.key()) : column;
  }
}
