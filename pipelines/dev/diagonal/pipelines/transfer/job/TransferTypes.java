package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.internal.transfer.mapping.ColumnTypes;
import dev.diagonal.internal.transfer.mapping.MappedColumns;
import dev.diagonal.internal.transfer.sink.IndexTypes;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJsonLines;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides the types of CSV and JSON columns: those that the user sets, then those of an existing
 * table; all others are guessed. When CSV is the target, all values stay text; when JSON lines are,
 * dates and times do. Neither format has such types.
 */
final class TransferTypes {

  private TransferTypes() {}

  /**
   * Returns the mapping of a transfer with these types.
   *
   * @throws UsageException if the user names a type for a column that the source lacks
   */
  static Mapping of(TransferSpec spec, BlockSource source, ServerUrls servers)
      throws SQLException, IOException, InterruptedException {
    Mapping mapping = spec.mapping();
    if (source.guesses() == null) {
      if (!spec.types().equals(ColumnTypes.GUESSED)) {
        throw new UsageException("--types needs --from=csv: or --from=jsonl:");
      }
      return sized(mapping, source.declared(), spec, servers);
    }
    RowType columns = source.declared();
    try {
      mapping = spec.types().in(mapping, columns);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--types: " + e.getMessage(), e);
    }
    if (mapping.function() != null) {
      return mapping; // which expects the types of the source
    }
    Map<String, NamedType> tables = tables(spec, servers);
    Map<String, NamedType> fields = fields(spec, servers);
    mapping =
        MappedColumns.withTypes(
            mapping,
            columns,
            target ->
                target.origin() == Origin.COLUMN
                    ? existing(
                        tables.get(target.name()),
                        isJson(columns, target) ? null : fields.get(target.name()))
                    : converts(spec, servers) ? tables.get(target.name()) : null);
    if (!spec.to().isEmpty() && spec.to().stream().allMatch(TransferTypes::isText)) {
      boolean json = spec.to().stream().anyMatch(ToJsonLines.class::isInstance);
      return MappedColumns.withTypes(
          mapping,
          columns,
          target ->
              target.origin() == Origin.COLUMN && (!json || isTime(columns, target))
                  ? NamedType.TEXT
                  : null);
    }
    return mapping;
  }

  /**
   * Returns the mapping with the precision and scale of the table's numeric columns, so that
   * fractions are refused that the database would round.
   */
  private static Mapping sized(
      Mapping mapping, RowType columns, TransferSpec spec, ServerUrls servers)
      throws SQLException, InterruptedException {
    if (mapping.function() != null || spec.tables().isEmpty()) {
      return mapping;
    }
    Map<String, NamedType> tables = tables(spec, servers);
    boolean converts = converts(spec, servers);
    return MappedColumns.withTypes(
        mapping,
        columns,
        target -> {
          NamedType type = tables.get(target.name());
          if (converts) {
            return type;
          }
          int column = target.origin() == Origin.COLUMN ? columns.indexOf(target.text()) : -1;
          boolean rounds =
              type != null
                  && type.size() != null
                  && column >= 0
                  && columns.field(column).type().isNumber()
                  && !columns.field(column).type().isWhole();
          return rounds ? type : null;
        });
  }

  /**
   * Returns whether values need the types of the tables: PostgreSQL converts as exactly, but other
   * databases round values or change them in other ways.
   */
  private static boolean converts(TransferSpec spec, ServerUrls servers) {
    return spec.tables().stream()
        .anyMatch(
            table -> DatabaseKind.of(table.database().at(servers).url()) != DatabaseKind.POSTGRES);
  }

  /**
   * Returns whether JSON lines are copied to JSON lines, so that values stay as they are written.
   */
  static boolean copiesJson(TransferSpec spec) {
    return spec.from() instanceof FromJsonLines
        && spec.mapping().equals(Mapping.NONE)
        && spec.types().equals(ColumnTypes.GUESSED)
        && !spec.to().isEmpty()
        && spec.to().stream().allMatch(ToJsonLines.class::isInstance);
  }

  /** Returns the type for a table and an index: text, which both read, if the index takes text. */
  private static @Nullable NamedType existing(
      @Nullable NamedType column, @Nullable NamedType field) {
    return column == null || NamedType.TEXT.equals(field) ? field : column;
  }

  /** Returns the types of the columns of all tables; text where two tables differ. */
  private static Map<String, NamedType> tables(TransferSpec spec, ServerUrls servers)
      throws SQLException, InterruptedException {
    Map<String, NamedType> types = new HashMap<>();
    for (ToJdbc table : spec.tables()) {
      TargetTable.types(table.database().at(servers), table.table())
          .forEach((column, type) -> types.merge(column, type, TransferTypes::common));
    }
    return types;
  }

  /** Returns the types of the fields of all indexes; text where two indexes differ. */
  private static Map<String, NamedType> fields(TransferSpec spec, ServerUrls servers)
      throws IOException, InterruptedException {
    Map<String, NamedType> types = new HashMap<>();
    for (To to : spec.to()) {
      if (to instanceof ToIndex index) {
        IndexTypes.of(index.index().at(servers))
            .forEach((field, type) -> types.merge(field, type, TransferTypes::common));
      }
    }
    return types;
  }

  private static NamedType common(NamedType one, NamedType other) {
    if (one.type().isWhole() && other.type().isWhole()) {
      return one.type().compareTo(other.type()) < 0 ? other : one;
    } else if (one.type() != FieldType.DECIMAL || other.type() != FieldType.DECIMAL) {
      return one.equals(other) ? one : NamedType.TEXT;
    }
    DecimalSize size = one.size();
    DecimalSize others = other.size();
    return size == null
        ? other
        : others == null ? one : new NamedType(FieldType.DECIMAL, size.within(others));
  }

  /** Returns whether a column holds JSON, which documents store unchanged. */
  private static boolean isJson(RowType columns, Target target) {
    int column = columns.indexOf(target.text());
    return column >= 0 && columns.field(column).type() == FieldType.JSON;
  }

  private static boolean isText(To to) {
    return to instanceof ToCsv || to instanceof ToJsonLines;
  }

  private static boolean isTime(RowType columns, Target target) {
    int column = columns.indexOf(target.text());
    return column >= 0 && columns.field(column).type().isTime();
  }
}
