package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.requiredTexts;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.rows.BeamRows;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.internal.transfer.SourceConversion;
import dev.diagonal.internal.transfer.SourceRanges;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.mapping.MappedColumns;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/** {@link CsvFiles} as rows. */
public final class ReadCsvProvider extends Provider {

  /** Other SDKs cannot read Java's logical types of these, so a guess leaves them as texts. */
  private static final Set<FieldType> JAVA_ONLY =
      Set.of(FieldType.DATE, FieldType.TIME, FieldType.TIMESTAMP);

  public ReadCsvProvider() {
    super(
        "read_csv",
        "Reads CSV files in parallel, plain or compressed, with several readers per file where"
            + " quotes hold no line breaks. Emits a row per record. Types are guessed from the"
            + " first thousand records; a later value that does not fit is a bad record, never"
            + " changed.",
        false,
        List.of(
            requiredTexts("files", "Files, globs or directories; plain, gz, bz2 or zst."),
            optional(
                "types",
                Schema.FieldType.map(Schema.FieldType.STRING, Schema.FieldType.STRING),
                "The types of columns by name, such as text, bigint, decimal(10,2) or date. Dates"
                    + " and times are texts unless a type is set here, since SDKs in other"
                    + " languages do not know Java's."),
            optional(
                "header",
                Schema.FieldType.BOOLEAN,
                "Whether the first record of every file names the columns; default true."),
            optional(
                "columns",
                Schema.FieldType.array(Schema.FieldType.STRING),
                "Without a header: the names of the columns; default c1, c2 and so on."),
            optional(
                "delimiter",
                Schema.FieldType.STRING,
                "The text between two fields; default a comma."),
            optional(
                "line_breaks_in_quotes",
                Schema.FieldType.BOOLEAN,
                "Whether quoted fields contain line breaks; default true. Without, a file may have"
                    + " several readers."),
            optional(
                "encoding", Schema.FieldType.STRING, "The character set of files; default UTF-8."),
            optional(
                "null_text",
                Schema.FieldType.STRING,
                "The unquoted text for null, besides an empty field."),
            optional(
                "max_bad_records",
                Schema.FieldType.INT32,
                "With error_handling: fails the run when one reader has found more bad records;"
                    + " default 10000.")));
  }

  @Override
  PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors)
      throws IOException {
    List<String> files = settings.texts("files");
    checkArgument(!files.isEmpty(), "files is not set");
    CsvFiles found = CsvFiles.of(files, format(settings), RangePlan.DEFAULT);
    ConversionPlan plan = SourceConversion.plan(found, mapping(settings, found.declared()), false);
    BlockSource source = found.strict(plan.guessesInUse(), plan.jsonColumns());
    Schema schema = BeamRows.schema(plan.to());
    int most = settings.number("max_bad_records", (int) ReadLines.DEFAULT_MAX_BAD_RECORDS);
    TupleTag<Row> rows = new TupleTag<>("rows");
    PCollectionTuple read =
        input
            .getPipeline()
            .apply("Source", SourceRanges.of(source))
            .apply(
                "Read",
                ParDo.of(new ReadRowsFn(source, plan, schema, errors != null, most))
                    .withOutputTags(rows, DeadLetterOutput.tags(errors)));
    DeadLetterOutput.route(read, errors);
    return read.get(rows).setRowSchema(schema);
  }

  private static CsvFormat format(Settings settings) {
    CsvDialect dialect =
        CsvDialect.RFC_4180
            .withDelimiter(settings.text("delimiter", CsvDialect.RFC_4180.delimiter()))
            .withLineBreaksInQuotes(settings.flag("line_breaks_in_quotes", true));
    List<String> columns = settings.texts("columns");
    return new CsvFormat(
        dialect,
        settings.flag("header", columns.isEmpty()),
        columns,
        settings.text("encoding", "UTF-8"),
        settings.optionalText("null_text"));
  }

  private static Mapping mapping(Settings settings, RowType declared) {
    Map<String, NamedType> types = new LinkedHashMap<>();
    settings
        .textsByName("types")
        .forEach(
            (column, type) -> {
              int unused = Columns.indexOf(declared, column);
              types.put(column, NamedType.of(type));
            });
    return MappedColumns.withTypes(
        Mapping.NONE,
        declared,
        target -> {
          NamedType set = types.get(target.text());
          boolean isJavaOnly =
              JAVA_ONLY.contains(declared.field(Columns.indexOf(declared, target.text())).type());
          return set == null && isJavaOnly ? NamedType.TEXT : set;
        });
  }
}
