package dev.diagonal.pipelines.transfer.spec;

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

/** The options of the command {@code transfer}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface TransferOptions
    extends RunOptions,
        JdbcOptions,
        JdbcOptions.OfInput,
        InternalSchemaOptions,
        ElasticsearchOptions,
        CsvInputOptions,
        IncrementalOptions {

  /** How rows are written whose keys exist in a table, and whether existing rows are replaced. */
  enum Mode {
    insert,
    ignore,
    upsert,
    update,
    delete,
    replace
  }

  /** The style of the CSV files that a transfer reads. */
  enum CsvStyle {
    csv,
    dump
  }

  /** Which state of a changing database the readers of a transfer see. */
  enum Snapshot {
    one,
    each
  }

  /** When a table that is created gets its primary key. */
  enum Indexes {
    before,
    after
  }

  /** When the rows of a transfer become visible in tables. */
  enum Transaction {
    each,
    all
  }

  @OptionGroup(OptionGroup.Heading.RUN)
  @Description("A file of tasks and task groups to run, instead of --from and --to")
  @Nullable String getPlan();

  void setPlan(@Nullable String plan);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Needs("plan")
  @Description("With --plan: start at the task of this name and skip the tasks before it")
  @Nullable String getFromTask();

  void setFromTask(@Nullable String fromTask);

  @OptionGroup(OptionGroup.Heading.RUN)
  @Needs("plan")
  @Description(
      "With --plan: the maximum number of tasks of parallel groups that run at the same time")
  @Default.Integer(4)
  int getMaxParallelTasks();

  void setMaxParallelTasks(int maxParallelTasks);

  @Description(
      "The source of the rows: csv:FILES, jsonl:FILES, parquet:FILES or jdbc:TABLE; jdbc: with"
          + " --query; jdbc:SCHEMA.* for several tables of PostgreSQL")
  @Nullable String getFrom();

  void setFrom(@Nullable String from);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "The targets of the rows, one or several: csv:FILE, jsonl:FILE, parquet:FILE, jdbc:TABLE,"
          + " elasticsearch:INDEX. With several tables as the source, * is replaced by the name of the table")
  @Nullable List<String> getTo();

  void setTo(@Nullable List<String> to);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "The columns that identify rows, in tables and as the ids of documents. Without them rows"
          + " are inserted, and a repeated write inserts them again")
  @Nullable List<String> getKey();

  void setKey(@Nullable List<String> key);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "A column of whole numbers from 0 with the version of each document; an index keeps the"
          + " document with the higher version")
  @Nullable String getVersionColumn();

  void setVersionColumn(@Nullable String versionColumn);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "A column whose value is the routing of a document, which decides its shard; the default is"
          + " the id")
  @Nullable String getRouting();

  void setRouting(@Nullable String routing);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "Columns for full-text search: new fields for them get type text, all other text columns"
          + " type keyword")
  @Nullable List<String> getTextFields();

  void setTextFields(@Nullable List<String> textFields);

  @Description(
      "How rows are written to tables; by default they are inserted, or upserted if there is a key")
  @Nullable Mode getMode();

  void setMode(@Nullable Mode mode);

  @Description("A file with the mapping from source rows to target rows")
  @Nullable String getMapping();

  void setMapping(@Nullable String mapping);

  @Description(
      "CSV and JSON lines: types of columns, as in zip:text,price:decimal(10,2), or one type for all, as"
          + " in text. Other columns have the types of an existing table, or are guessed from the first 1,000"
          + " records")
  @Nullable String getTypes();

  void setTypes(@Nullable String types);

  @Description("A query to read, with --from=jdbc:")
  @Nullable String getQuery();

  void setQuery(@Nullable String query);

  @Description(
      "A column of whole numbers that divides a table or query into ranges, which are read in parallel")
  @Nullable String getRangeKey();

  void setRangeKey(@Nullable String rangeKey);

  @Description(
      "PostgreSQL: one: all readers see the same snapshot, and TRUNCATE and ALTER TABLE wait for the"
          + " transfer; each: each range has its own snapshot, without such locks")
  @Default.Enum("one")
  Snapshot getSnapshot();

  void setSnapshot(Snapshot snapshot);

  @Description(
      "CSV to read: csv, or dump for the text format that PostgreSQL's COPY and MySQL's INTO OUTFILE"
          + " write: tabs, no quotes, no header, \\N for null, \\n"
          + " and \\t for characters")
  @Default.Enum("csv")
  CsvStyle getCsvStyle();

  void setCsvStyle(CsvStyle csvStyle);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("CSV to write: the text between two fields; default --delimiter")
  @Nullable String getOutputDelimiter();

  void setOutputDelimiter(@Nullable String outputDelimiter);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("CSV to write: the quote character, or 'none'; default --quote")
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

  @Description("CSV: the quote character, or 'none'")
  @Default.String("\"")
  String getQuote();

  void setQuote(String quote);

  @Description(
      "CSV to read: the escape character, which makes the next character literal, or 'none'")
  @Default.String("none")
  String getEscape();

  void setEscape(String escape);

  @Description("CSV: whether the first record of a file names the columns")
  @Default.Boolean(true)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("CSV to read without a header: the names of the columns; default c1, c2, …")
  @Nullable List<String> getColumns();

  void setColumns(@Nullable List<String> columns);

  @Description("CSV to read: the character set")
  @Default.String("UTF-8")
  String getEncoding();

  void setEncoding(String encoding);

  @Description("CSV to read: the text for null, in addition to an empty field without quotes")
  @Nullable String getNullText();

  void setNullText(@Nullable String nullText);

  @Description(
      "CSV to read: whether quotes may hold line breaks; if false, a file is read in parallel ranges")
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

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "Whether to resume the unfinished transfer of an interrupted run: files to tables, so that each row is"
          + " written once, also without a key; files to files; a table to a table by key")
  @Default.Boolean(false)
  boolean getResume();

  void setResume(boolean resume);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("The number of rows per block")
  @Default.Integer(TransferSpec.BLOCK_ROWS)
  int getBlockRows();

  void setBlockRows(int blockRows);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("The maximum number of rows per transaction")
  @Default.Integer(TransferSpec.COMMIT_ROWS)
  int getCommitRows();

  void setCommitRows(int commitRows);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description(
      "PostgreSQL, rows without a key: whether a commit waits for the disk even if the server's"
          + " default is not to. With false, a crash may lose the most recent rows")
  @Default.Boolean(true)
  boolean getSynchronousCommit();

  void setSynchronousCommit(boolean synchronousCommit);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description(
      "PostgreSQL, --mode=insert with --key: when a table that the transfer creates gets its primary"
          + " key, before or after its rows. Existing tables keep their indexes")
  @Default.Enum("before")
  Indexes getIndexes();

  void setIndexes(Indexes indexes);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "When rows become visible in tables: after each transaction, or all or none at the end")
  @Default.Enum("each")
  Transaction getTransaction();

  void setTransaction(Transaction transaction);
}
