package dev.diagonal.internal.transfer.parquet;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.FileRange;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.mapping.MappedColumns;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * The rows of Parquet files, with their types. A range reads the row groups that start in it, and
 * only the columns that a mapping uses. Every file must have the columns of the first one, with the
 * same types, in any order.
 */
public final class ParquetFiles implements BlockSource {

  private final List<String> patterns;
  private final InputFiles found;
  private final RangePlan plan;
  private final List<ParquetColumn> columns;
  private final boolean all;

  private ParquetFiles(
      List<String> patterns,
      InputFiles found,
      RangePlan plan,
      List<ParquetColumn> columns,
      boolean all) {
    this.patterns = List.copyOf(patterns);
    this.found = found;
    this.plan = plan;
    this.columns = List.copyOf(columns);
    this.all = all;
  }

  /**
   * Finds the files and reads the columns from the footer of the first one.
   *
   * @param patterns files, globs or directories
   * @param plan how files are cut
   * @param mapping what is done with the rows: columns that it does not use are not read
   * @throws BadInputException if a pattern matches nothing, a footer cannot be read, or a column
   *     that is used cannot be, such as a nested one
   */
  public static ParquetFiles of(List<String> patterns, RangePlan plan, Mapping mapping)
      throws IOException {
    InputFiles found = InputFiles.matching(patterns);
    InputFile first = found.files().get(0);
    try (OpenParquet file = OpenParquet.open(first)) {
      MessageType schema = file.schema();
      Set<String> used = MappedColumns.used(mapping, names(schema));
      return new ParquetFiles(
          patterns, found, plan, columns(file, used), used.size() == schema.getFieldCount());
    }
  }

  private static List<String> names(MessageType schema) {
    return schema.getFields().stream().map(Type::getName).toList();
  }

  private static List<ParquetColumn> columns(OpenParquet file, Set<String> used) {
    List<ParquetColumn> columns = new ArrayList<>();
    for (Type type : file.schema().getFields()) {
      if (used.contains(type.getName())) {
        ParquetColumn column = ParquetColumn.of(type);
        if (column == null) {
          throw new BadInputException(
              "%s: the column %s, which cannot be read: name the other columns in a mapping"
                  .formatted(file.name(), ParquetColumn.problem(type)));
        }
        columns.add(column);
      }
    }
    return columns;
  }

  @Override
  public RowType blockType() {
    return new RowType(columns.stream().map(ParquetColumn::field).toList());
  }

  @Override
  public RowType declared() {
    return blockType();
  }

  @Override
  public boolean readsBytes() {
    return true;
  }

  @Override
  public long bytes() {
    return found.totalBytes();
  }

  @Override
  public InputFiles files() {
    return found;
  }

  @Override
  public String describe() {
    return "Parquet " + String.join(",", patterns);
  }

  @Override
  public List<SourceRange> ranges() {
    List<SourceRange> ranges = new ArrayList<>();
    for (FileRange range : plan.cut(found)) {
      ranges.add(new SourceRange(ranges.size(), range.file(), range.start(), range.end()));
    }
    return ranges;
  }

  @Override
  public RowOrigin origin(SourceRange range) {
    return RowOrigin.ofRows(range.place());
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws IOException {
    OpenParquet file = OpenParquet.open(found.named(range.place()));
    boolean opened = false;
    try {
      checkSameColumns(file);
      ParquetRows rows =
          new ParquetRows(file, file.groupsIn(range.start(), range.end()), columns, blockRows);
      opened = true;
      return rows;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private void checkSameColumns(OpenParquet file) {
    MessageType schema = file.schema();
    for (ParquetColumn column : columns) {
      String name = column.field().name();
      if (!schema.containsField(name)) {
        throw differs(file, "it has no column '" + name + "'");
      }
      if (!column.equals(ParquetColumn.of(schema.getType(name)))) {
        throw differs(
            file,
            "its column '%s' is of type %s"
                .formatted(name, ParquetColumn.typeName(schema.getType(name))));
      }
    }
    for (String name : all ? names(schema) : List.<String>of()) {
      if (columns.stream().noneMatch(column -> column.field().name().equals(name))) {
        throw differs(file, "it has a further column '" + name + "'");
      }
    }
  }

  private BadInputException differs(OpenParquet file, String how) {
    return new BadInputException(
        "%s does not have the columns of %s: %s"
            .formatted(file.name(), found.files().get(0).name(), how));
  }
}
