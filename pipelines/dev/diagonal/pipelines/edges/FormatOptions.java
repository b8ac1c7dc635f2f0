package dev.diagonal.pipelines.edges;

import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.edges.EdgeColumn;
import dev.diagonal.internal.edges.EdgeFormat;
import dev.diagonal.internal.edges.EdgeTables;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.pipelines.edges.LoadEdgesOptions.IdType;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;

/** The format and the tables of edges that the options describe. */
final class FormatOptions {

  private FormatOptions() {}

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  static EdgeFormat format(LoadEdgesOptions options) {
    EdgeFormat format =
        EdgeFormat.CSV
            .withHeader(options.getHeader() || options.getInputQuery() != null)
            .withDelimiter(delimiterOf(options.getDelimiter()))
            .withEnds(options.getSourceColumn(), options.getTargetColumn())
            .withTextIds(options.getIdType() == IdType.text)
            .withTypedColumns(columns(options));
    String id = options.getIdColumn();
    return id == null
        ? format
        : format.withId(id, options.getEdgeIdType() == IdType.text ? IdKind.TEXT : IdKind.NUMBER);
  }

  /** Returns the tables that the options name for edges of a format. */
  static RelationshipTables tables(LoadEdgesOptions options, EdgeFormat format) {
    String targets = options.getTargetNodesTable();
    return EdgeTables.of(
        format,
        options.getEdgesTable(),
        options.getNodesTable(),
        targets == null ? options.getNodesTable() : targets);
  }

  private static List<EdgeColumn> columns(LoadEdgesOptions options) {
    List<EdgeColumn> columns = new ArrayList<>();
    List<String> further = options.getEdgeColumns();
    if (further != null) {
      try {
        columns.addAll(EdgeColumn.listOf(String.join(",", further)));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--edgeColumns: " + e.getMessage(), e);
      }
    }
    String total = options.getTotalColumn();
    if (total != null) {
      int summed = columns.stream().map(EdgeColumn::name).toList().indexOf(total);
      if (summed < 0) {
        throw new UsageException(
            "--totalColumn: '%1$s' is not a column of --edgeColumns, as in --edgeColumns=%1$s:bigint"
                .formatted(total));
      }
      try {
        columns.set(summed, columns.get(summed).asSummed());
      } catch (IllegalArgumentException e) {
        throw new UsageException("--totalColumn: " + e.getMessage(), e);
      }
    }
    String component = options.getComponentColumn();
    if (component != null && columns.stream().noneMatch(each -> each.name().equals(component))) {
      columns.add(EdgeColumn.text(component));
    }
    return columns;
  }

  private static String delimiterOf(String delimiter) {
    return delimiter.equals("blanks") ? EdgeFormat.BLANKS : CsvInputOptions.delimiter(delimiter);
  }
}
