package dev.diagonal.pipelines.options;

import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.pipelines.usage.UsageException;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** Where Diagonal keeps its own tables in a database. */
public interface InternalSchemaOptions extends PipelineOptions {

  @Description("PostgreSQL: the schema for Diagonal's own tables, which it creates if it may")
  @Default.String(InternalSchema.DEFAULT_NAME)
  String getInternalSchema();

  void setInternalSchema(String internalSchema);

  /**
   * Returns the schema.
   *
   * @throws UsageException if its name is invalid
   */
  static InternalSchema schemaOf(InternalSchemaOptions options) {
    try {
      return new InternalSchema(options.getInternalSchema());
    } catch (IllegalArgumentException e) {
      throw new UsageException("--internalSchema: " + e.getMessage(), e);
    }
  }
}
