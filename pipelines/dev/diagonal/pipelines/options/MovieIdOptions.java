package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** The type of movie ids. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface MovieIdOptions extends PipelineOptions {

  /** The type of movie ids. */
  enum IdType {
    bigint,
    text
  }

  @Description("The type of movie ids: bigint, or text such as ISBN and ASIN")
  @Default.Enum("bigint")
  IdType getIdType();

  void setIdType(IdType idType);

  /** Returns whether movies are texts. */
  static boolean isText(MovieIdOptions options) {
    return options.getIdType() == IdType.text;
  }
}
