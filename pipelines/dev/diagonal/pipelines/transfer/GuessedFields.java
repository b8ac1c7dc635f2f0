package dev.diagonal.pipelines.transfer;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.sink.IndexSink;
import dev.diagonal.transfer.source.TransferSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reports the new fields of an index whose types come from a sample of files. */
final class GuessedFields {

  private GuessedFields() {}

  /** Returns a line for the summary; none if the source or the mapping declares all types. */
  static List<String> remarks(
      ElasticsearchTarget target,
      TransferSource source,
      Mapping mapping,
      RowType rows,
      IndexSink prepared) {
    if (source.guesses() == null) {
      return List.of();
    }
    Set<String> declared =
        mapping.columns().stream()
            .filter(column -> column.type() != null)
            .map(Mapping.Target::name)
            .collect(Collectors.toSet());
    declared.addAll(mapping.functionColumns().stream().map(Field::name).toList());
    String guessed =
        rows.fields().stream()
            .filter(field -> prepared.newFields().contains(field.name()))
            .filter(field -> !declared.contains(field.name()))
            .map(field -> field.name() + " " + field.type().lowerName())
            .collect(Collectors.joining(", "));
    return guessed.isEmpty()
        ? List.of()
        : List.of(
            "index %s has new fields with types guessed from the first rows of %s: %s. --types or a --mapping file sets them"
                .formatted(target.index(), source.describe(), guessed));
  }
}
