package dev.diagonal.pipelines.transfer;

import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.ElasticsearchOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The options of {@link Transfer}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface TransferOptions
    extends RunOptions, JdbcOptions, InternalSchemaOptions, ElasticsearchOptions, CsvInputOptions {

  /** What is done with rows whose keys are in a table, or with all that was there. */
  enum Mode {
    insert,
    ignore,
    upsert,
    update,
    delete,
    replace
  }

  /** How CSV is written that a transfer reads. */
  enum CsvStyle {
    csv,
    dump
  }

  /** What the readers of a transfer see of a database that changes. */
  enum Snapshot {
    one,
    each
  }

  /** When the rows of a transfer appear in tables. */
  enum Transaction {
    each,
    all
  }

  @OptionGroup(OptionGroup.Heading.RUN)
  @Description("A file with tasks and task groups to run, in place of --from and --to")
  @Nullable String getPlan();

  void setPlan(@Nullable String plan);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Needs("plan")
  @Description("With --plan: start at the task of this name; what comes before it is passed over")
  @Nullable String getFromTask();

  void setFromTask(@Nullable String fromTask);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Needs("plan")
  @Description("With --plan: how many tasks of parallel groups run at the same time")
  @Default.Integer(4)
  int getMaxParallelTasks();

  void setMaxParallelTasks(int maxParallelTasks);

  @Description(
      "Where rows come from: csv:FILES, jsonl:FILES, parquet:FILES or jdbc:TABLE; jdbc: with"
          + " --query")
  @Nullable String getFrom();

  void setFrom(@Nullable String from);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "Where rows go, one or several: csv:FILE, jsonl:FILE, parquet:FILE, jdbc:TABLE,"
          + " elasticsearch:INDEX")
  @Nullable List<String> getTo();

  void setTo(@Nullable List<String> to);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "The columns that identify rows, in tables and as the ids of documents; without them rows"
          + " are inserted, and rows that are sent again are inserted again")
  @Nullable List<String> getKey();

  void setKey(@Nullable List<String> key);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "A column of whole numbers from 0, the versions of documents: an index keeps a document whose"
          + " version is higher")
  @Nullable String getVersionColumn();

  void setVersionColumn(@Nullable String versionColumn);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "A column whose value is the routing of a document, which decides on its shard; without it,"
          + " the id does")
  @Nullable String getRouting();

  void setRouting(@Nullable String routing);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "Columns to search by words, where an index has no fields for them yet: they become text,"
          + " others keyword")
  @Nullable List<String> getTextFields();

  void setTextFields(@Nullable List<String> textFields);

  @Description(
      "What is done in tables; without it, rows are inserted, or upserted if there is a key")
  @Nullable Mode getMode();

  void setMode(@Nullable Mode mode);

  @Description("A file that says what becomes of rows on their way")
  @Nullable String getMapping();

  void setMapping(@Nullable String mapping);

  @Description(
      "CSV and JSON lines: types of columns, as in zip:text,price:decimal(10,2), or one for all, as"
          + " in text; the columns of an existing table decide the others, or else the first 1,000"
          + " records")
  @Nullable String getTypes();

  void setTypes(@Nullable String types);

  @Description("A query to read, with --from=jdbc:")
  @Nullable String getQuery();

  void setQuery(@Nullable String query);

  @Description("A column of whole numbers to read a table or query by in parallel ranges")
  @Nullable String getRangeKey();

  void setRangeKey(@Nullable String rangeKey);

  @Description(
      "PostgreSQL: whether all readers see one moment, while TRUNCATE and ALTER TABLE wait for the"
          + " transfer; or each range is read at its own moment, without such locks")
  @Default.Enum("one")
  Snapshot getSnapshot();

  void setSnapshot(Snapshot snapshot);

  @Description(
      "CSV to read: csv, or dump for the text that PostgreSQL's COPY and MySQL's INTO OUTFILE"
          + " write: tabs, no quotes, no header, \\N for null, \\n"
          + " and \\t for characters")
  @Default.Enum("csv")
  CsvStyle getCsvStyle();

  void setCsvStyle(CsvStyle csvStyle);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("CSV to write: what stands between two fields; default --delimiter")
  @Nullable String getOutputDelimiter();

  void setOutputDelimiter(@Nullable String outputDelimiter);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("CSV to write: what stands around fields, or 'none'; default --quote")
  @Nullable String getOutputQuote();

  void setOutputQuote(@Nullable String outputQuote);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("CSV to write: whether the first line names the columns; default --header")
  @Nullable Boolean getOutputHeader();

  void setOutputHeader(@Nullable Boolean outputHeader);

  @Description("CSV: the text between two fields, such as ; or ::, or 'tab'")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @Description("CSV: what stands around fields: one character, or 'none'")
  @Default.String("\"")
  String getQuote();

  void setQuote(String quote);

  @Description("CSV to read: what makes the next character a plain one: one character, or 'none'")
  @Default.String("none")
  String getEscape();

  void setEscape(String escape);

  @Description("CSV: whether the first record of a file names the columns")
  @Default.Boolean(true)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("CSV to read without a header: the names of the columns; c1, c2, … otherwise")
  @Nullable List<String> getColumns();

  void setColumns(@Nullable List<String> columns);

  @Description("CSV to read: its character set")
  @Default.String("UTF-8")
  String getEncoding();

  void setEncoding(String encoding);

  @Description("CSV to read: what stands for null, beside an empty field without quotes")
  @Nullable String getNullText();

  void setNullText(@Nullable String nullText);

  @Description(
      "CSV to read: whether quotes may hold line breaks; if not, a file is read in parallel ranges")
  @Default.Boolean(true)
  boolean getQuotedLineBreaks();

  void setQuotedLineBreaks(boolean quotedLineBreaks);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "Whether to read the targets at the end and compare them with the rows that were sent; the"
          + " run fails if they differ")
  @Default.Boolean(false)
  boolean getVerify();

  void setVerify(boolean verify);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("How many rows travel together")
  @Default.Integer(TransferSpec.BLOCK_ROWS)
  int getBlockRows();

  void setBlockRows(int blockRows);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("How many rows a transaction has at most")
  @Default.Integer(TransferSpec.COMMIT_ROWS)
  int getCommitRows();

  void setCommitRows(int commitRows);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description(
      "PostgreSQL, rows without a key: whether a commit waits for the disk even where the server's"
          + " default is not to; false risks the rows of the last moments before a crash")
  @Default.Boolean(true)
  boolean getSynchronousCommit();

  void setSynchronousCommit(boolean synchronousCommit);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "When rows appear in tables: with each transaction, or all or none of them at the end")
  @Default.Enum("each")
  Transaction getTransaction();

  void setTransaction(Transaction transaction);
}
