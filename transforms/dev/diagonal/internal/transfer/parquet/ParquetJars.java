package dev.diagonal.internal.transfer.parquet;

/** Checks that Parquet's jars are on the class path. */
public final class ParquetJars {

  /** One class of each library that reading and writing Parquet files needs. */
  private static final String[] CLASSES = {
    "org.apache.parquet.hadoop.ParquetFileReader",
    "org.apache.parquet.column.ColumnReader",
    "org.apache.hadoop.conf.Configuration",
    "org.apache.hadoop.mapreduce.lib.input.FileInputFormat"
  };

  private ParquetJars() {}

  /**
   * Checks that the jars are present.
   *
   * @throws IllegalArgumentException if they are not; its message is one line and says what to do
   */
  public static void require() {
    for (String name : CLASSES) {
      try {
        Class<?> unused = Class.forName(name, false, ParquetJars.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalArgumentException(
            "Parquet's jars are not on the class path: start with java"
                + " -cp 'target/diagonal-bundled.jar:target/parquet/*' dev.diagonal.pipelines.Main",
            e);
      }
    }
  }
}
